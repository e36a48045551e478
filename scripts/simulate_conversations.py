"""Rule simulate_conversations: conversations of single speakers' recordings, with exact references."""

import soundfile

from diarflow.atomic import written_whole
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.formats.rttm import write_rttm
from diarflow.runs.job import Job
from diarflow.simulation.conversation import simulate
from diarflow.simulation.speakers import choose, list_speakers

job = Job(snakemake)
settings = dict(job.settings)
speakers = choose(
    list_speakers(settings.pop("speakers")), settings.pop("part"), settings.pop("leave_out")
)


def one(item):
    number = int(item.id.rpartition("-")[2])
    audio, turns = simulate(speakers, number=number, **settings)
    with written_whole(item.output.audio) as beside:
        soundfile.write(beside, audio, SAMPLE_RATE, "PCM_16", format="WAV")
    write_rttm(item.output.reference, item.id, turns)


job.each(one)
