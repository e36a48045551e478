"""Fit the turn-taking of simulated conversations to references: scripts/diarflow/simulation/turn_taking.json.

    .venv/bin/python -m bench.training.fit_turns ../shared/data/scoring/ami_dev/reference

The file contains the quantiles (0, 1, ..., 100 percent) of turn lengths, gaps and back-channels, and two rates. It contains
no words and no times of any recording. Pauses of one speaker up to 0.3 s are filled first.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bench.page import ROOT
from diarflow.formats.rttm import read_turns
from diarflow.timeline.intervals import Interval, Seconds, Turn, merge_overlapping

MAX_PAUSE = 0.3  # seconds
TARGET = ROOT / "scripts" / "diarflow" / "simulation" / "turn_taking.json"


def fill_pauses(turns: Iterable[Turn]) -> list[Turn]:
    """Join turns of the same speaker that are at most MAX_PAUSE apart."""
    by_speaker: dict[str, list[Interval]] = {}
    for turn in turns:
        by_speaker.setdefault(turn.speaker, []).append(Interval(turn.start, turn.end))
    return sorted(
        Turn(start, end, speaker)
        for speaker, intervals in by_speaker.items()
        for start, end in merge_overlapping(intervals, gap=MAX_PAUSE)
    )


def measure_turns(paths: Iterable[Path]) -> dict[str, list[Seconds]]:
    """Return the lengths of turns and back-channels, and the gaps before the next turn of another or the same speaker.

    A turn that starts and ends within another one is a back-channel.
    """
    lengths: dict[str, list[Seconds]] = {
        "turn": [], "gap_to_another": [], "gap_to_self": [], "backchannel": [],
    }  # fmt: skip
    for path in paths:
        end, speaker = -1.0, None
        for turn in fill_pauses(read_turns(path)):
            if speaker is not None and turn.end <= end:
                lengths["backchannel"].append(turn.end - turn.start)
                continue
            if speaker is not None:
                gap = "gap_to_self" if turn.speaker == speaker else "gap_to_another"
                lengths[gap].append(turn.start - end)
            lengths["turn"].append(turn.end - turn.start)
            end, speaker = max(end, turn.end), turn.speaker
    return lengths


def fit(paths: list[Path]) -> dict[str, Any]:
    """Return the content of the file."""
    lengths = measure_turns(paths)
    to_another, to_self = len(lengths["gap_to_another"]), len(lengths["gap_to_self"])
    return {
        "source": f"{len(paths)} meetings, words of the reference",
        "passes_on": round(to_another / (to_another + to_self), 4),
        "backchannels_per_second": round(len(lengths["backchannel"]) / sum(lengths["turn"]), 4),
        "seconds": {
            name: [round(float(q), 3) for q in np.quantile(values, np.linspace(0, 1, 101))]
            for name, values in lengths.items()
        },
    }


if __name__ == "__main__":
    content = fit(sorted(Path(sys.argv[1]).glob("*.rttm")))
    TARGET.write_text(json.dumps(content, indent=1) + "\n")
    print({name: [values[i] for i in (10, 50, 90)] for name, values in content["seconds"].items()})
    print(content["passes_on"], content["backchannels_per_second"])
