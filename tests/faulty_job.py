"""A job of detect_speech on the recordings a, b and c, of which b has a fault. A program for tests.

python tests/faulty_job.py FAULT '{"time_limit": 10}'

`attempt` in the settings is the number of the attempt, as Snakemake passes it.
"""

import ctypes
import errno
import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from diarflow.artifacts.tables import read_table, write_table
from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.runs.job import Job


class Files(dict):
    __getattr__ = dict.__getitem__


fault, config = sys.argv[1], json.loads(sys.argv[2])
job = Job(
    SimpleNamespace(
        rule="detect_speech",
        input=Files(config.pop("inputs", {})),
        config=config,
        log=["logs/x.log"],
        output=Files(speech=[f"results/c/speech/v/{name}.parquet" for name in "abc"]),
        resources=SimpleNamespace(mem_mb=1500, attempt=config.pop("attempt", None)),
        params=SimpleNamespace(provenance='{"settings": {}}'),
    )
)


def slow_once():
    if Path("first").exists():
        return
    Path("first").touch()
    time.sleep(4)


def allocate_too_much():
    arrays = []
    while True:
        arrays.append(np.ones(10**15))


def allocate_2_gb():
    arrays = []
    for _ in range(40):
        arrays.append(np.ones(50 * 2**20, np.uint8))
        time.sleep(0.02)


def raise_many_lines():
    lines = (f"x.rttm:{number}: speaker is \x1b[2J{'x' * 999}" for number in range(1, 501))
    raise InputError.of(lines)


def unreadable_result():
    error = OSError(errno.EIO, "Input/output error", "results/c/audio/b.json")
    raise InputError("results/c/audio/b.json: cannot be read") from error


def disk_error(number):
    raise OSError(number, os.strerror(number))


faults = {
    "InputError": raise_many_lines,
    "unreadable_result": unreadable_result,
    "nothing": lambda: None,
    "exit": lambda: os._exit(1),
    "crash": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "hang": lambda: time.sleep(60),
    "slow_once": slow_once,
    "allocate_too_much": allocate_too_much,
    "allocate_2_gb": allocate_2_gb,
    **{name: partial(disk_error, number) for number, name in errno.errorcode.items()},
}


def work(item):
    if fault == "read":
        write_table(item.output.speech, "speech", [read_table(item.input.segments)["end"] * [0, 1]])
        return
    if item.id == "b":
        with atomic_write(item.output.speech) as temporary:
            temporary.write_text("half of")
            faults[fault]()
    write_table(item.output.speech, "speech", [(0.0, 1.0)])


job.each(work)
