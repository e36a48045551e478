"""Rules export_srt, export_vtt, ...: write the turns of a system on a recording in the format of another tool."""

from diarflow.artifacts.placeholders import failed_rule
from diarflow.atomic import atomic_write
from diarflow.exports import EXPORTS
from diarflow.exports.hypothesis import read_hypothesis
from diarflow.runs.job import Job

job = Job(snakemake)
export = EXPORTS[job.settings["format"]].load()


def write_export(item):
    facts = [path for channel in item.channels for path in vars(channel.input).values()]
    recording = read_hypothesis(
        item.input.rttm, [channel.id for channel in item.channels], facts, item.read("words"),
        confidence(item), item.read("turns"),
    )  # fmt: skip
    with atomic_write(item.output.export) as temporary:
        temporary.write_text(export.render(recording), encoding="utf-8")


def confidence(item):
    """Return the path of the confidences; None without any, or if the recording was set aside."""
    path = item.read("confidence")
    return None if path is None or failed_rule(path) else path


# the export of a recording that was set aside has no turns
job.each(write_export, include_failed=True)
