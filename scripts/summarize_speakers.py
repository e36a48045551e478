"""Rule summarize_speakers: compute the mean vector of each speaker of a recording."""

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.tables import read_table
from diarflow.formats.rttm import read_channels
from diarflow.linking.voice_files import write_voices
from diarflow.linking.voices import summarize_speakers
from diarflow.runs.job import Job

job = Job(snakemake)


def summarize(item):
    channels = read_channels(item.input.rttm, len(item.channels))
    voices = [
        voice
        for channel, turns in zip(item.channels, channels, strict=True)
        for voice in summarize_speakers(
            turns, read_table(channel.input.windows), read_array(channel.input.embeddings)
        )
    ]
    write_voices(item.output.embeddings, item.output.sidecar, voices)


job.each(summarize)
