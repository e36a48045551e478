"""Number of the attempt of a job. Only the last one may set a recording aside for a lack of memory.

The process that plans passes the number of retries to its jobs in an environment variable, because Snakemake starts
each job with `--retries 0`. SLURM passes the environment on.
"""

import os
from collections.abc import Callable
from typing import Any

RETRIES = "DIARFLOW_RETRIES"


def export_retries(workflow: Any) -> None:
    """Pass the number of retries to the jobs of this run. To be called from `onstart`.

    `workflow` is Snakemake's, which has no number of retries while it reads the Snakefile.
    """
    if workflow.is_main_process:
        os.environ[RETRIES] = str(workflow.execution_settings.retries)


def attempt_resource() -> dict[str, Callable]:
    """Return the resource by which a job receives the number of its attempt."""
    return {"attempt": lambda wildcards, attempt: attempt}


def is_last_attempt(resources: Any) -> bool:
    """Return whether Snakemake will not start the job again. A job without the number of its attempt counts as the last.

    Without the number of retries, the second attempt counts as the last.

    >>> from types import SimpleNamespace
    >>> os.environ[RETRIES] = "2"
    >>> [is_last_attempt(SimpleNamespace(attempt=attempt)) for attempt in (1, 2, 3)]
    [False, False, True]
    """
    attempt, retries = getattr(resources, "attempt", None), os.environ.get(RETRIES, "")
    if not isinstance(attempt, int):
        return True
    return attempt > (int(retries) if retries.isdecimal() else 1)
