"""Rule evaluate_changes: coverage, purity, precision and recall of each change detector."""

from functools import partial
from pathlib import Path

from diarflow.report.change_curves import draw_curves
from diarflow.runs.damage import read_intact
from diarflow.runs.job import job_settings
from diarflow.scoring.change_table import (
    evaluate,
    evaluated_paths,
    read_detected_changes,
    write_changes,
)

settings = job_settings(snakemake)
rows, curves = [], {}
for corpus, selected in settings["corpora"].items():
    results, detectors = Path("results", corpus), selected["changes"]
    recordings = read_intact(
        partial(read_detected_changes, results, detectors=detectors),
        selected["recordings"],
        partial(evaluated_paths, results, detectors=detectors),
        snakemake.log[0],
    )
    corpus_rows, corpus_curves = evaluate(corpus, recordings)
    rows += corpus_rows
    if corpus_curves:
        curves[corpus] = corpus_curves
write_changes(snakemake.output.changes, rows)
draw_curves(snakemake.output.curves, curves)
