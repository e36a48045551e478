"""Rule run_pipeline: run a pipeline of pyannote.audio on prepared audio, and keep its turns as RTTM."""

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.external.pyannote_pipeline import load
from diarflow.formats.rttm import write_rttm
from diarflow.runs.job import Job

job = Job(snakemake)
diarize = load(**job.settings)


def run_pipeline(item):
    write_rttm(item.output.external, item.id, diarize(item.input.audio, item.row))
    write_sidecar(item.output.sidecar)


job.each(run_pipeline)
