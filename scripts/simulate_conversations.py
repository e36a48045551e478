"""Rule simulate_conversations: mix recordings of single speakers into conversations with exact references."""

import soundfile

from diarflow.atomic import atomic_write
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.formats.rttm import write_rttm
from diarflow.runs.job import Job
from diarflow.simulation.conversation import simulate_conversation
from diarflow.simulation.speakers import list_speakers, select_speakers

job = Job(snakemake)
settings = dict(job.settings)
speakers = select_speakers(
    list_speakers(settings.pop("speakers")), settings.pop("part"), settings.pop("leave_out")
)


def simulate(item):
    number = int(item.id.rpartition("-")[2])
    audio, turns = simulate_conversation(speakers, number=number, **settings)
    with atomic_write(item.output.audio) as beside:
        soundfile.write(beside, audio, SAMPLE_RATE, "PCM_16", format="WAV")
    write_rttm(item.output.reference, item.id, turns)


job.each(simulate)
