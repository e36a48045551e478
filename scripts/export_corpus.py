"""Rules export_kaldi and export_lhotse: write the turns of a system on a corpus as the files of another toolkit."""

from pathlib import Path

from diarflow.atomic import atomic_write
from diarflow.exports import EXPORTS
from diarflow.exports.hypothesis import read_hypothesis
from diarflow.runs.job import job_settings

settings = job_settings(snakemake)
corpus, system = settings["corpus"], settings["system"]
folder, has_audio = Path("results", corpus), settings.get("audio", True)
recordings = [
    read_hypothesis(
        folder / settings["product"] / system / f"{id}.rttm",
        channels,
        [str(folder / f"audio/{channel}.json") for channel in channels if has_audio],
    )
    for id, channels in settings["recordings"].items()
]
files = EXPORTS[settings["format"]].load().render_corpus(recordings)
for path in map(Path, snakemake.output):
    content = files[path.name]
    with atomic_write(path) as temporary:
        temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
