"""Imported by every Python of a run that has this folder on its path: a job says at its end which threads it had."""

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def tell() -> None:
    from threadpoolctl import threadpool_info

    every, main = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_THREAD))
    content = {
        "pools": {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()},
        "cpu_of_others": every.ru_utime + every.ru_stime - main.ru_utime - main.ru_stime,
    }
    rule = sys.orig_argv[-1].split(".")[-2]
    Path(os.environ["THREADS_TOLD"], f"{rule}-{os.getpid()}.json").write_text(json.dumps(content))


if ".snakemake/scripts/" in sys.orig_argv[-1]:
    atexit.register(tell)
