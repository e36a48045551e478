"""Rule estimate_confidence: estimate the probability that each piece is right, and the error of each recording."""

from diarflow.confidence.calibrator import read_calibrator
from diarflow.confidence.estimate import estimate_channel, join_channels
from diarflow.confidence.tables import read_evidence, write_confidence, write_estimate
from diarflow.networks.onnx import model_path
from diarflow.runs.job import Job

job = Job(snakemake)
calibrator = read_calibrator(model_path(job.settings["model"]))


def estimate(item):
    channels, is_given = read_evidence(item.input.evidence)
    results = [
        estimate_channel(evidence, calibrator, is_number_given=is_given) for evidence in channels
    ]
    write_confidence(item.output.confidence, channels, [values for values, _ in results])
    joined = join_channels([channel for _, channel in results])
    write_estimate(item.output.estimate, joined, item.variant)


job.each(estimate)
