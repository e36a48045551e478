"""Rule tune_system: the best trial of a search, as an overlay for config.yaml."""

import yaml

from diarflow.artifacts.tables import read_frames
from diarflow.atomic import atomic_write
from diarflow.runs.job import job_settings
from diarflow.scoring.selection import summarize_search
from diarflow.scoring.totals import write_csv

search = job_settings(snakemake)
paths = [
    f"results/{corpus}/scores/{trial['name']}/{id}.parquet"
    for corpus, ids in search["recordings"].items()
    for id in ids
    for trial in search["trials"]
]
scores = read_frames("scores", paths)
result = summarize_search(scores[scores["protocol"] == search["protocol"]], search)
write_csv(snakemake.output.table, result.trials)
write_csv(snakemake.output.recordings, result.recordings)
with atomic_write(snakemake.output.overlay) as temporary:
    overlay = yaml.safe_dump(result.overlay, sort_keys=False)
    temporary.write_text(f"# {result.summary}\n{overlay}")
print(result.summary)
