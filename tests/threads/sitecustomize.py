"""Record the threads of each job at its exit.

Python imports this module at its start in every process that has this folder in `PYTHONPATH`.
"""

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def record_threads() -> None:
    """Write the sizes of the thread pools by library, and the CPU-seconds of all threads except the main thread."""
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
