"""Generated cases, and what spy-der says of them: an independent scorer, in C++.

    python -m venv /tmp/spy-der && /tmp/spy-der/bin/pip install spy-der==0.4.1
    PYTHONPATH=scripts /tmp/spy-der/bin/python tests/golden/agreement.py > tests/golden/agreement.tsv

spy-der is no dependency: it has no wheels, so that every `make test` would need a C++ compiler, and an
empty reference ends the process. Needs numpy beside it.
"""

import random
from functools import partial

from diarflow.timeline.intervals import Interval, Turn

CASES = 600
END = 60.0
COLLAR = 0.25  # each side
REGIONS = {"full": ("all", 0.0), "fair": ("all", COLLAR), "forgiving": ("nonoverlap", COLLAR)}
COLUMNS = ("case", "protocol", "reference", "missed", "false_alarm", "confusion")


def case(seed: int) -> tuple[list[Turn], list[Turn], list[Interval]]:
    """A reference, a hypothesis and the scored stretches, to the hundredth of a second.

    Turns overlap (those of one speaker too), touch, and lie across the ends of scored stretches; either
    side may be empty. A third of the hypotheses have the reference's turns, moved and some left out.
    """
    # of all methods, random() alone gives the same numbers in every version of Python
    uniform = partial(_uniform, random.Random(seed))
    reference = _side(uniform, "r") if uniform(0, 1) > 0.05 else []
    kind = uniform(0, 3)
    if kind < 1:
        hypothesis = [
            Turn(_time(start + uniform(-0.4, 0.4)), _time(end + uniform(-0.4, 0.4)), f"h{speaker}")
            for start, end, speaker in reference
            if uniform(0, 1) > 0.15
        ]
    else:
        hypothesis = _side(uniform, "h") if kind < 2.85 else []
    extent = [Interval(0.0, END)]
    if uniform(0, 1) < 0.5:
        a, b, c, d = sorted({_time(uniform(0, END)) for _ in range(4)} | {0.0, END})[1:5]
        extent = [Interval(a, b), Interval(c, d)]
    return reference, [turn for turn in hypothesis if turn.end > turn.start], extent


def _side(uniform, prefix: str) -> list[Turn]:
    speakers, turns = 1 + int(uniform(0, 4)), []
    for _ in range(int(uniform(1, 22))):
        start = _time(uniform(0, END - 1))
        if (
            turns and uniform(0, 1) < 0.4
        ):  # touches the turn before, overlaps it, or nearly touches it
            start = _time(turns[-1].end + (0.0, 0.0, -0.3, 0.1)[int(uniform(0, 4))])
        end = _time(start + uniform(0.05, 0.8) ** 2 * 8)
        if end > start:
            turns.append(Turn(start, end, f"{prefix}{int(uniform(0, speakers))}"))
    return turns


def _uniform(source: random.Random, low: float, high: float) -> float:
    return low + (high - low) * source.random()


def _time(seconds: float) -> float:
    return round(min(max(seconds, 0.0), END), 2)


def judged_by_spyder(seed: int) -> list[tuple]:
    """Seconds by protocol; nothing where spy-der cannot say any: see docs/scoring.md."""
    import spyder

    reference, hypothesis, extent = case(seed)
    if not reference:
        return []
    rows = []
    for protocol, (regions, collar) in REGIONS.items():
        sides = [  # made anew, since spy-der writes into them
            spyder.TurnList([spyder.Turn(*turn) for turn in turns])
            for turns in (_merged(reference), _merged(hypothesis), [("", *one) for one in extent])
        ]
        told = spyder.compute_der(*sides, regions=regions, collar=collar)
        if told.duration > 0:
            shares = (1, told.miss, told.falarm, told.conf)
            rows.append((seed, protocol, *(round(told.duration * share, 4) for share in shares)))
    return rows


def _merged(turns: list[Turn]) -> list[tuple[str, float, float]]:
    from diarflow.timeline.atomic_regions import by_speaker

    return [(name, *pair) for name, times in by_speaker(turns).items() for pair in times.tolist()]


if __name__ == "__main__":
    print("\t".join(COLUMNS))
    for seed in range(CASES):
        for row in judged_by_spyder(seed):
            print("\t".join(map(str, row)))
