"""Rule train_change_detector: train a network, and write its weights, graph, model card and loss curve."""

import sys

import numpy as np

from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.runs.job import job_settings
from diarflow.training.dataset import FrameRange
from diarflow.training.model_card import write_model
from diarflow.training.train import set_threads, train

settings = job_settings(snakemake)
files = snakemake.input
ranges = [FrameRange(*row) for row in read_rows(files.recordings)]
features, labels = np.load(files.features, mmap_mode="r"), np.load(files.labels, mmap_mode="r")


def print_progress(line):
    for stream in (sys.stdout, sys.stderr):
        print(line, file=stream, flush=True)


set_threads(snakemake.threads)
network, history = train(features, labels, ranges, **settings, progress=print_progress)
all_settings = settings | read_metadata(files.recordings)
write_model(snakemake.output, network, history, ranges, all_settings, sources=list(files))
