"""Choice of a system for a recording by the expected DER."""

from collections.abc import Mapping


def choose(expected: Mapping[str, float | None], margin: float) -> str:
    """Return the system with the least expected DER.

    The first system is kept unless the least expected DER is below its own by more than the share `margin`, because
    expectations are uncertain. A system without an expected DER, which has no turns, is only chosen if no other has one.

    >>> choose({"best": 20.0, "fast": 19.0}, 0.2), choose({"best": 20.0, "fast": 15.0}, 0.2)
    ('best', 'fast')
    >>> choose({"best": None, "fast": 30.0}, 0.2)
    'fast'
    """
    known = {system: der for system, der in expected.items() if der is not None}
    if not known:
        return next(iter(expected))
    first = next(iter(known))
    least = min(known, key=lambda system: known[system])
    return least if known[least] < (1 - margin) * known[first] else first
