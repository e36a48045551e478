"""Rule evaluate_changes: coverage, purity, precision and recall of each change detector."""

from pathlib import Path

from diarflow.report.change_curves import draw_curves
from diarflow.runs.job import job_settings
from diarflow.scoring.change_table import evaluate, read_detected_changes, write_changes

settings = job_settings(snakemake)
rows, curves = [], {}
for corpus, selected in settings["corpora"].items():
    recordings = read_detected_changes(
        Path("results", corpus), selected["recordings"], selected["changes"]
    )
    corpus_rows, corpus_curves = evaluate(corpus, recordings)
    rows += corpus_rows
    if corpus_curves:
        curves[corpus] = corpus_curves
write_changes(snakemake.output.changes, rows)
draw_curves(snakemake.output.curves, curves)
