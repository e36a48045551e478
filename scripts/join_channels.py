"""Rule join_channels: interleave the prepared channels of a call, for the player of its page."""

from diarflow.atomic import atomic_write
from diarflow.audio.interleaved import write_interleaved
from diarflow.runs.job import Job

job = Job(snakemake)


def join(item):
    with atomic_write(item.output.call) as temporary:
        write_interleaved(temporary, [channel.input.audio for channel in item.channels])


job.each(join)
