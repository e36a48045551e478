"""Imported by every Python process of a run that has this folder on its path: each job records its threads at exit."""

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def record_threads() -> None:
    """Write the sizes of the thread pools by library, and the CPU-seconds of all threads but the main one."""
    from threadpoolctl import threadpool_info

    process = resource.getrusage(resource.RUSAGE_SELF)
    main = resource.getrusage(resource.RUSAGE_THREAD)
    content = {
        "pools": {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()},
        "cpu_of_others": process.ru_utime + process.ru_stime - main.ru_utime - main.ru_stime,
    }
    rule = sys.orig_argv[-1].split(".")[-2]
    folder = os.environ["THREADS_FOLDER"]
    Path(folder, f"{rule}-{os.getpid()}.json").write_text(json.dumps(content))


if ".snakemake/scripts/" in sys.orig_argv[-1]:
    atexit.register(record_threads)
