"""Generated cases, and their scores by spy-der, an independent scorer written in C++.

    python -m venv spy-der && spy-der/bin/pip install spy-der==0.4.1 numpy
    PYTHONPATH=scripts spy-der/bin/python tests/golden/agreement.py > tests/golden/agreement.tsv

spy-der is not a dependency: it has no wheels, so `make test` would need a C++ compiler, and an empty reference ends
its process.
"""

import random
from functools import partial

from diarflow.timeline.intervals import Interval, Turn

CASES = 600
DURATION = 60.0
COLLAR_EACH_SIDE = 0.25
# protocol: `regions` and `collar` of spy-der
PROTOCOLS = {
    "full": ("all", 0.0),
    "fair": ("all", COLLAR_EACH_SIDE),
    "forgiving": ("nonoverlap", COLLAR_EACH_SIDE),
}
COLUMNS = ("case", "protocol", "reference", "missed", "false_alarm", "confusion")


def make_case(seed: int) -> tuple[list[Turn], list[Turn], list[Interval]]:
    """Return a reference, a hypothesis and an extent, with times to the hundredth of a second.

    Turns overlap (also turns of one speaker), touch, and cross boundaries of the extent. Each side may be empty.
    A third of the hypotheses are the turns of the reference, moved, with some left out.
    """
    # only random() returns the same numbers in every version of Python
    uniform = partial(_uniform, random.Random(seed))
    reference = _make_turns(uniform, "r") if uniform(0, 1) > 0.05 else []
    kind = uniform(0, 3)
    if kind < 1:
        hypothesis = [
            Turn(_time(start + uniform(-0.4, 0.4)), _time(end + uniform(-0.4, 0.4)), f"h{speaker}")
            for start, end, speaker in reference
            if uniform(0, 1) > 0.15
        ]
    else:
        hypothesis = _make_turns(uniform, "h") if kind < 2.85 else []
    extent = [Interval(0.0, DURATION)]
    if uniform(0, 1) < 0.5:
        times = {_time(uniform(0, DURATION)) for _ in range(4)}
        a, b, c, d = sorted(times | {0.0, DURATION})[1:5]
        extent = [Interval(a, b), Interval(c, d)]
    return reference, [turn for turn in hypothesis if turn.end > turn.start], extent


def _make_turns(uniform, prefix: str) -> list[Turn]:
    speakers, turns = 1 + int(uniform(0, 4)), []
    for _ in range(int(uniform(1, 22))):
        start = _time(uniform(0, DURATION - 1))
        if turns and uniform(0, 1) < 0.4:
            # touch the previous turn, overlap it, or leave a short pause
            start = _time(turns[-1].end + (0.0, 0.0, -0.3, 0.1)[int(uniform(0, 4))])
        end = _time(start + uniform(0.05, 0.8) ** 2 * 8)
        if end > start:
            turns.append(Turn(start, end, f"{prefix}{int(uniform(0, speakers))}"))
    return turns


def _uniform(generator: random.Random, low: float, high: float) -> float:
    return low + (high - low) * generator.random()


def _time(seconds: float) -> float:
    return round(min(max(seconds, 0.0), DURATION), 2)


def score_with_spyder(seed: int) -> list[tuple]:
    """Return the seconds of a case by protocol, or no rows if the reference contains no scored speech.

    docs/scoring.md describes these limits of spy-der.
    """
    import spyder

    reference, hypothesis, extent = make_case(seed)
    if not reference:
        return []
    rows = []
    for protocol, (regions, collar) in PROTOCOLS.items():
        # new lists for each protocol, because spy-der modifies them
        sides = [
            spyder.TurnList([spyder.Turn(*turn) for turn in turns])
            for turns in (
                _merge(reference),
                _merge(hypothesis),
                [("", *interval) for interval in extent],
            )
        ]
        result = spyder.compute_der(*sides, regions=regions, collar=collar)
        if result.duration > 0:
            shares = (1, result.miss, result.falarm, result.conf)
            seconds = (round(result.duration * share, 4) for share in shares)
            rows.append((seed, protocol, *seconds))
    return rows


def _merge(turns: list[Turn]) -> list[tuple[str, float, float]]:
    from diarflow.timeline.atomic_regions import merge_by_speaker

    merged = merge_by_speaker(turns)
    return [(speaker, *pair) for speaker, times in merged.items() for pair in times.tolist()]


if __name__ == "__main__":
    print("\t".join(COLUMNS))
    for seed in range(CASES):
        for row in score_with_spyder(seed):
            print("\t".join(map(str, row)))
