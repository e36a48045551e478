"""Rule fuse_systems: combine the turns of several systems by votes."""

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import write_sidecar
from diarflow.errors import InputError
from diarflow.formats.rttm import read_channels, write_channels
from diarflow.fusion.dover_lap import fuse
from diarflow.runs.job import Job
from diarflow.scoring.hypothesis import name_channel_speakers

job = Job(snakemake)
systems = job.settings["fuse"]
weights = job.settings["weights"] or [None] * len(systems)


def fuse_systems(item):
    members = [
        (system, weight, path)
        for system, weight, path in zip(systems, weights, item.files("member_"), strict=True)
        if not failed_rule(path)
    ]
    if not members:
        raise InputError("no system of the fusion has turns of this recording")
    names, present, paths = zip(*members, strict=True)
    hypotheses = [read_channels(path, len(item.channels)) for path in paths]
    given = list(present) if all(present) else None
    turns = [fuse(channel, given) for channel in zip(*hypotheses, strict=True)]
    speakers = (item.row or {}).get("speakers", ())
    write_channels(item.output.rttm, item.id, name_channel_speakers(turns, speakers))
    write_sidecar(item.output.sidecar, members=list(names))


# A system that failed on a recording does not vote on it.
job.each(fuse_systems, include_failed=True)
