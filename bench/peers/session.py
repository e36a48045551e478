"""What the scripts of the other systems share: recordings in, RTTM and times out.

    .venv-<peer>/bin/python run_<peer>.py ASKED.json FOLDER

`ASKED.json` is a list of `{"recording": ..., "audio": path of a 16 kHz mono WAV}`, each with `"num_speakers"` where the
system may know it. Written are `FOLDER/{recording}.rttm` and `FOLDER/session.json`: the CPU-seconds of each recording,
why one failed (its RTTM is then empty), and the versions of what did the work.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from diarflow.formats.rttm import write_rttm
from diarflow.timeline.intervals import Turn

Diarize = Callable[[str, int | None], Iterable[Turn]]


def cpu_seconds() -> float:
    """User and system time of this process and of the children that have ended."""
    return sum(os.times()[:4])


def run(load: Callable[[], Diarize], packages: Iterable[str]) -> None:
    """Load a system once and let it hear every recording that is asked for."""
    asked, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    diarize = load()
    recordings = {}
    for one in asked:
        turns, failed, begun = [], None, (cpu_seconds(), time.monotonic())
        try:
            turns = list(diarize(one["audio"], one.get("num_speakers")))
        except Exception as error:
            traceback.print_exc()
            failed = f"{type(error).__name__}: {error}"
        recordings[one["recording"]] = {
            "cpu_seconds": cpu_seconds() - begun[0],
            "seconds": time.monotonic() - begun[1],
            "failed": failed,
        }
        write_rttm(folder / f"{one['recording']}.rttm", one["recording"], turns)
    versions = {package: version(package) for package in packages}
    written = {"recordings": recordings, "versions": versions}
    (folder / "session.json").write_text(json.dumps(written, indent=1) + "\n")
