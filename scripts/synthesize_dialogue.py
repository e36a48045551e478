"""Rule synthesize_dialogue: the made-up recording of the demo, with its exact reference."""

import json

from diarflow.dialogue import synthesize_dialogue
from diarflow.files import written_whole
from diarflow.formats.rttm import write_rttm
from diarflow.jobs import log_to

log_to(snakemake.log[0])
settings = json.loads(snakemake.params.job)["settings"]
with written_whole(snakemake.output.audio) as beside:
    turns = synthesize_dialogue(beside, **settings)
write_rttm(snakemake.output.reference, "synthetic", turns)
