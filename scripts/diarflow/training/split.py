"""Split of the recordings into training and validation, without common speakers where that is possible."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from diarflow.formats.rttm import read_turns


class Example(NamedTuple):
    """A recording of the training set. If `validation` is None, `split_examples` decides."""

    corpus: str
    recording: str
    audio: str
    reference: str
    validation: bool | None


def choose_validation(speakers: Mapping[str, set[str]]) -> tuple[set[str], set[str]]:
    """Return the recordings for validation, and those to drop, given the speakers of each recording.

    A tenth of the recordings is for validation, at least one, by the digest of the name. Other recordings with the
    same speakers are dropped. If more than half of the recordings would be used for validation or dropped, fewer are
    used for validation.

    >>> choose_validation({"a": {"Ann", "Bob"}, "b": {"Dee", "Eve"}, "c": {"Ann"}, "d": {"Cem", "Dee"}})
    ({'d'}, {'b'})

    If that does not help, because all recordings have the same speakers (such as "A" and "B"), none is dropped.

    >>> choose_validation({"a": {"A", "B"}, "b": {"A", "B"}, "c": {"A", "B"}})
    ({'c'}, set())
    """
    order = sorted(speakers, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    count = max(1, len(order) // 10)
    while count:
        validation = set(order[:count])
        their_speakers = set().union(*(speakers[name] for name in validation))
        dropped = {name for name in order[count:] if speakers[name] & their_speakers}
        if len(validation | dropped) <= len(order) / 2:
            return validation, dropped
        count //= 2
    return set(order[: max(1, len(order) // 10)]), set()


def split_examples(examples: Sequence[Example]) -> list[Example]:
    """Decide on the examples whose `validation` is None, and drop those that share speakers with the validation."""
    speakers = {
        _name(example): {
            f"{example.corpus}/{turn.speaker}" for turn in read_turns(example.reference)
        }
        for example in examples
        if example.validation is None
    }
    validation, dropped = choose_validation(speakers) if len(speakers) > 1 else (set(), set())
    training = speakers.keys() - validation - dropped
    _warn_of_common_speakers(
        set().union(*(speakers[name] for name in validation)),
        set().union(*(speakers[name] for name in training)),
    )
    return [
        example._replace(validation=_name(example) in validation)
        if example.validation is None
        else example
        for example in examples
        if _name(example) not in dropped
    ]


def _name(example: Example) -> str:
    return f"{example.corpus}/{example.recording}"


def _warn_of_common_speakers(validation: set[str], training: set[str]) -> None:
    if common := validation & training:
        print(
            f"{len(common)} speakers are in both training and validation, so the validation loss is too low. "
            "Set `validation` of the training to a corpus of other people.",
            file=sys.stderr,
        )
