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

    """
    attempt = getattr(resources, "attempt", None)
    return not isinstance(attempt, int) or _is_last(attempt, os.environ.get(RETRIES, ""))


def _is_last(attempt: int, retries: str) -> bool:
    """Return whether an attempt, counted from 1, is the last with this number of retries.

    >>> [_is_last(attempt, "2") for attempt in (1, 2, 3)], _is_last(2, "")
    ([False, False, True], True)
    """
    return attempt > (int(retries) if retries.isdecimal() else 1)
