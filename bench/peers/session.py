"""Run another system on recordings: RTTM and CPU times out.

    .venv-<peer>/bin/python -m bench.peers.run_<peer> RECORDINGS.json FOLDER

`RECORDINGS.json` is a list of `{"recording": id, "audio": path of a 16 kHz mono WAV}`, with `"num_speakers"` if the system
may use it. Written are `FOLDER/{recording}.rttm` and `FOLDER/session.json`: the CPU-seconds of each recording, the error
if the system failed (the RTTM is then empty), and the versions of the packages.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from diarflow.formats.rttm import write_rttm
from diarflow.timeline.intervals import Turn

# audio path and number of speakers -> turns
Diarize = Callable[[str, int | None], Iterable[Turn]]


def cpu_seconds() -> float:
    """Return the user and system time of this process and of its children that have ended."""
    return sum(os.times()[:4])


def run(load: Callable[[], Diarize], packages: Iterable[str]) -> None:
    """Load a system once, and diarize all recordings of the command line with it."""
    recordings, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    diarize = load()
    costs = {}
    for recording in recordings:
        turns, failed, start = [], None, (cpu_seconds(), time.monotonic())
        try:
            turns = list(diarize(recording["audio"], recording.get("num_speakers")))
        except Exception as error:
            traceback.print_exc()
            failed = f"{type(error).__name__}: {error}"
        costs[recording["recording"]] = {
            "cpu_seconds": cpu_seconds() - start[0],
            "seconds": time.monotonic() - start[1],
            "failed": failed,
        }
        write_rttm(folder / f"{recording['recording']}.rttm", recording["recording"], turns)
    versions = {package: version(package) for package in packages}
    content = {"recordings": costs, "versions": versions}
    (folder / "session.json").write_text(json.dumps(content, indent=1) + "\n")
