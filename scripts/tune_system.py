"""Rule tune_system: the best of the systems that a search tried, as a configuration to lay over the other."""

import yaml

from diarflow.artifacts.tables import read_frames
from diarflow.atomic import written_whole
from diarflow.runs.job import job_settings
from diarflow.scoring.selection import outcome

content = job_settings(snakemake)
scores = read_frames("scores", snakemake.input.scores)
found = outcome(scores[scores["protocol"] == content["protocol"]], content)
for path, table in (
    (snakemake.output.table, found.tried),
    (snakemake.output.recordings, found.recordings),
):
    with written_whole(path) as beside:
        table.to_csv(beside, index=False)
with written_whole(snakemake.output.overlay) as beside:
    beside.write_text(f"# {found.said}\n" + yaml.safe_dump(found.overlay, sort_keys=False))
print(found.said)
