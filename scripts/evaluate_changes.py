"""Rule evaluate_changes: how well each detector finds the changes of speaker that the references show."""

from pathlib import Path

from diarflow.runs.job import job_settings
from diarflow.scoring.change_table import draw_curves, evaluate, read_judged, write_changes

content = job_settings(snakemake)
rows, curves = [], {}
for corpus, asked in content["corpora"].items():
    read = (
        read_judged(Path("results", corpus), name, asked["changes"]) for name in asked["recordings"]
    )
    found, curves[corpus] = evaluate(corpus, [one for one in read if one])
    rows += found
write_changes(snakemake.output.changes, rows)
draw_curves(snakemake.output.curves, {corpus: drawn for corpus, drawn in curves.items() if drawn})
