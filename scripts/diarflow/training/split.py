"""Which recordings are learnt from, and which are held out to know when to stop."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from diarflow.formats.rttm import read_turns


class Example(NamedTuple):
    """A recording to learn from, and whether it is held out for validation; None: for `hold_out` to say."""

    corpus: str
    recording: str
    audio: str
    reference: str
    validation: bool | None


def hold_out(speakers: Mapping[str, set[str]]) -> tuple[set[str], set[str]]:
    """Recordings to hold out, and those to leave aside, out of each one's speakers.

    A tenth by the digest of the name, at least one; others in which their speakers are heard are left
    aside, so that what is held out are speakers as well. Fewer are held out until half is left to learn from.

    >>> hold_out({"a": {"Ann", "Bob"}, "b": {"Dee", "Eve"}, "c": {"Ann"}, "d": {"Cem", "Dee"}})
    ({'d'}, {'b'})

    Where one recording alone would put more than half aside (names such as "A" and "B" in each) none is.

    >>> hold_out({"a": {"A", "B"}, "b": {"A", "B"}, "c": {"A", "B"}})
    ({'c'}, set())
    """
    order = sorted(speakers, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    count = max(1, len(order) // 10)
    while count:
        held = set(order[:count])
        heard = set().union(*(speakers[name] for name in held))
        aside = {name for name in order[count:] if speakers[name] & heard}
        if len(held | aside) <= len(order) / 2:
            return held, aside
        count //= 2
    return set(order[: max(1, len(order) // 10)]), set()


def split(examples: Sequence[Example]) -> list[Example]:
    """The examples with what `hold_out` says of those that nothing was said of."""
    open_ = {
        f"{one.corpus}/{one.recording}": {
            f"{one.corpus}/{turn.speaker}" for turn in read_turns(one.reference)
        }
        for one in examples
        if one.validation is None
    }
    held, aside = hold_out(open_) if len(open_) > 1 else (set(), set())
    shared = set().union(*(open_[name] for name in held)) & set().union(
        *(open_[name] for name in open_.keys() - held - aside)
    )
    if shared:
        print(
            f"{len(shared)} speakers of what is held out are also learnt from, so that the held-out loss looks "
            "better than it is; name a corpus of other people in training's validation",
            file=sys.stderr,
        )
    names = [f"{one.corpus}/{one.recording}" for one in examples]
    return [
        one if one.validation is not None else one._replace(validation=name in held)
        for name, one in zip(names, examples, strict=True)
        if name not in aside
    ]
