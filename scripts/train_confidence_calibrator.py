"""Rule train_confidence_calibrator: train the calibrator of confidences on recordings with references."""

import logging

from diarflow.confidence.calibrator import write_calibrator
from diarflow.runs.job import job_settings
from diarflow.training.confidence import train_calibrator, training_facts, write_card
from diarflow.training.confidence_examples import group_of, read_example

settings = job_settings(snakemake)
examples, dropped = [], 0
for row in settings["examples"]:
    group = group_of(settings["group"], row["recording"])
    example = read_example(group, **row)
    examples += [example] if example else []
    dropped += not example
logging.info("%d recordings of systems, %d without speech or reference", len(examples), dropped)
write_calibrator(snakemake.output.model, train_calibrator(examples))
write_card(snakemake.output.card, settings["group"], training_facts(examples, dropped))
