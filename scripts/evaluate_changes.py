"""Rule evaluate_changes: how well each detector finds the changes of speaker that the references show."""

import json
from pathlib import Path

from diarflow.runs.job import log_to
from diarflow.scoring.change_table import draw_curves, evaluate, read_judged, write_changes

log_to(snakemake.log[0])
content = json.loads(snakemake.params.job)["settings"]
rows, curves = [], {}
for corpus, asked in content["corpora"].items():
    read = (
        read_judged(Path("results", corpus), name, asked["changes"]) for name in asked["recordings"]
    )
    found, curves[corpus] = evaluate(corpus, [one for one in read if one])
    rows += found
write_changes(snakemake.output.changes, rows)
draw_curves(snakemake.output.curves, {corpus: drawn for corpus, drawn in curves.items() if drawn})
