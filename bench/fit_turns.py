"""Fit how people take turns to real references: scripts/diarflow/simulation/turn_taking.json.

    .venv/bin/python bench/fit_turns.py ../shared/data/scoring/ami_dev/reference

Written are quantiles (0, 1, ... 100 percent) of turn lengths, gaps and back-channels, and rates; no words
and no times of anybody. Pauses of one speaker up to 0.3 s are filled first.
"""

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from diarflow.formats.rttm import read_turns  # noqa: E402
from diarflow.timeline.intervals import Interval, Turn, union  # noqa: E402

FILL = 0.3


def filled(turns):
    by_speaker = {}
    for turn in turns:
        by_speaker.setdefault(turn.speaker, []).append(Interval(turn.start, turn.end))
    return sorted(
        Turn(start, end, speaker)
        for speaker, intervals in by_speaker.items()
        for start, end in union(intervals, gap=FILL)
    )


def fit(paths):
    """Turns that begin inside another's turn and end before it are back-channels."""
    turn, switch, same, backchannel = [], [], [], []
    for path in paths:
        end, holder = -1.0, None
        for one in filled(read_turns(path)):
            if holder is not None and one.end <= end:
                backchannel.append(one.end - one.start)
                continue
            if holder is not None:
                (same if one.speaker == holder else switch).append(one.start - end)
            turn.append(one.end - one.start)
            end, holder = max(end, one.end), one.speaker
    quantiles = {
        "turn": turn,
        "gap_to_another": switch,
        "gap_to_self": same,
        "backchannel": backchannel,
    }
    return {
        "source": f"{len(paths)} meetings, words of the reference",
        "passes_on": round(len(switch) / (len(switch) + len(same)), 4),
        "backchannels_per_second": round(len(backchannel) / sum(turn), 4),
        "seconds": {
            name: [round(float(q), 3) for q in np.quantile(values, np.linspace(0, 1, 101))]
            for name, values in quantiles.items()
        },
    }


if __name__ == "__main__":
    found = fit(sorted(Path(sys.argv[1]).glob("*.rttm")))
    target = ROOT / "scripts" / "diarflow" / "simulation" / "turn_taking.json"
    target.write_text(json.dumps(found, indent=1) + "\n")
    print({name: [values[i] for i in (10, 50, 90)] for name, values in found["seconds"].items()})
    print(found["passes_on"], found["backchannels_per_second"])
