"""Rule run_command: run an external system on prepared audio, and keep the file that it writes."""

from diarflow.external.recordings import CommandRunner
from diarflow.runs.job import Job

job = Job(snakemake)
with CommandRunner(**job.settings, time_limit=job.time_limit) as runner:
    runner.run_together(job.items())
    job.each(runner.run)
