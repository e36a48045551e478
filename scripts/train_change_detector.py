"""Rule train_change_detector: weights, graph, card and loss curve of a network trained here."""

import sys

import numpy as np

from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.runs.job import job_settings
from diarflow.training.dataset import Extent
from diarflow.training.model_card import write_outcome
from diarflow.training.train import set_threads, train

settings = job_settings(snakemake)
files = snakemake.input
extents = [Extent(*row) for row in read_rows(files.recordings)]
features, labels = np.load(files.features, mmap_mode="r"), np.load(files.labels, mmap_mode="r")


def progress(line):
    for stream in (sys.stdout, sys.stderr):
        print(line, file=stream, flush=True)


set_threads(snakemake.threads)
network, history = train(features, labels, extents, **settings, progress=progress)
about = settings | read_metadata(files.recordings)
write_outcome(snakemake.output, network, history, extents, about, sources=list(files))
