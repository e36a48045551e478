"""Tiers of Praat and ELAN: which tiers contain turns, and where their speakers are named.

Users have a tier for each speaker, with a transcript as labels, or one tier whose labels are the speakers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.records import NAMELESS, RecordFile
from diarflow.formats.text import examples

# names of tiers whose labels are speakers, and of tiers that belong to no single speaker
_SPEAKER_TIERS = {"speaker", "speakers", "spk", "diarization", "diarisation"}
_OTHER_TIERS = {
    "word", "words", "phone", "phones", "phoneme", "phonemes", "segment", "segments", "syllable", "syllables",
    "sentence", "sentences", "utterance", "utterances", "transcript", "transcription", "text", "translation",
    "gloss", "notes", "comment", "comments", "noise", "events", "topic", "ort", "mau", "kan",
}  # fmt: skip
# labels that aligners give to pauses (Praat, MFA, MAUS)
_PAUSES = {"sil", "sp", "<sil>", "<p:>", "<p>", "silence", "pause", "#"}


class TierSelection(NamedTuple):
    """Setting of a corpus: which tiers are read, and where the speakers are named.

    `tiers` are patterns of names. If there are none, tiers with a name such as `speaker` are read, or else all tiers.
    `speaker` is "tier", "label", or "auto": "label" for a tier with a name such as `speaker`, else "tier".
    """

    tiers: tuple[str, ...] = ()
    speaker: str = "auto"


ALL_TIERS = TierSelection()


class Tier(NamedTuple):
    """Intervals of a tier: start, end, label. `participant` is its speaker, if the format states it."""

    name: str
    intervals: Sequence[tuple[float, float, str]]
    participant: str = ""


def add_tiers(
    file: RecordFile, tiers: Sequence[Tier], selection: TierSelection, *, takes_unlabelled: bool
) -> None:
    """Add the turns of the selected tiers to `file`. Its format has no names of recordings.

    With `takes_unlabelled`, an interval without a label is a turn if the tier gives the speaker.
    Raises InputError if no tier matches the patterns, if a tier has a name such as `words`, which is no speaker's, or if
    the labels of the only tier may be speakers.
    """
    chosen = _select(file.path, tiers, selection)
    number = 0
    for tier, speaker in chosen:
        for start, end, label in tier.intervals:
            number += 1
            label = label.strip()
            if label.lower() in _PAUSES:
                file.add_note(NAMELESS, number, "intervals labelled as pauses left out")
            elif not label and not (speaker and takes_unlabelled):
                file.add_note(NAMELESS, number, "intervals without a label left out")
            else:
                file.add_turn(NAMELESS, number, start, end, speaker or label)
    used = {tier.name for tier, _ in chosen}
    for tier in tiers:
        if tier.name not in used and tier.intervals:
            number += 1
            file.add_note(NAMELESS, number, "tiers left out")


def _select(path: str, tiers: Sequence[Tier], selection: TierSelection) -> list[tuple[Tier, str]]:
    """Return the selected tiers, each with its speaker, or with "" if its labels are the speakers."""
    names = [tier.name for tier in tiers]
    if not tiers:
        return []
    if selection.tiers:
        pairs = list(_matches(tiers, selection.tiers))
        if not pairs:
            raise InputError(
                f"{path}: no tier matches {examples(selection.tiers)} (annotations.tiers); the file has the tiers "
                f"{examples(names)}"
            )
    else:
        labelled = [tier for tier in tiers if _names_speakers(tier)]
        if labelled and selection.speaker == "auto":
            return [(tier, "") for tier in labelled]
        pairs = [(tier, tier.participant or tier.name) for tier in tiers]
    if selection.speaker == "label":
        return [(tier, "") for tier, _ in pairs]
    if selection.speaker == "auto":
        if selection.tiers and all(
            tier.name.strip().lower() in _SPEAKER_TIERS for tier, _ in pairs
        ):
            return [(tier, "") for tier, _ in pairs]
        if not selection.tiers and (others := [tier for tier in tiers if _is_no_speaker(tier)]):
            raise InputError(
                f"{path}: tiers {examples(tier.name for tier in others)} do not look like speakers; "
                'set annotations.tiers of the corpus, for example ["* - words"] if * is the speaker, or speaker: label'
            )
        if len(pairs) == 1 and _may_name_speakers(pairs[0][0]):
            raise InputError(
                f"{path}: the labels of the only tier, {pairs[0][0].name}, are repeated and may be speakers; "
                "set annotations.speaker of the corpus to label if they are, else to tier"
            )
    return pairs


def _names_speakers(tier: Tier) -> bool:
    """Return whether the name of a tier is one such as `speaker`, and its labels are not all this name.

    Tools that write the name of a tier as its labels have a tier for each speaker.
    """
    name = tier.name.strip()
    is_own = {label.strip() for _, _, label in tier.intervals} - {""} == {name}
    return name.lower() in _SPEAKER_TIERS and not is_own


def _may_name_speakers(tier: Tier) -> bool:
    """Return whether the labels of a tier may be speakers: at least two labels, which appear twice or more on average.

    The labels of a transcript are seldom repeated. A tier with a participant has its speaker.

    >>> _may_name_speakers(Tier("who", [(0, 1, "Ann"), (1, 2, "Bob"), (2, 3, "Ann"), (3, 4, "Bob")]))
    True
    """
    labels = [label.strip() for _, _, label in tier.intervals if label.strip()]
    distinct = set(labels) - _PAUSES
    return not tier.participant and len(distinct) > 1 and len(labels) >= 2 * len(distinct)


def _is_no_speaker(tier: Tier) -> bool:
    """Return whether the name of a tier ends with a kind of annotation, as `Ann - words` does.

    Tiers without labels, and tiers with a participant, do not count.
    """
    words = re.findall(r"[^\W_]+", tier.name.lower())
    is_level = not tier.participant and bool(words) and words[-1] in _OTHER_TIERS
    return is_level and any(label.strip() for _, _, label in tier.intervals)


def _matches(tiers: Iterable[Tier], patterns: Iterable[str]) -> Iterator[tuple[Tier, str]]:
    """Yield the tiers that match a pattern, each with its speaker.

    The speaker is the participant, or else the text that the first `*` matches, or else the name of the tier.
    """
    expressions = [
        re.compile("(.*)".join(map(re.escape, pattern.strip().split("*"))), re.IGNORECASE)
        for pattern in patterns
    ]
    for tier in tiers:
        matches = (expression.fullmatch(tier.name.strip()) for expression in expressions)
        if match := next(filter(None, matches), None):
            part = match[1].strip() if match.re.groups else ""
            yield tier, tier.participant or part or tier.name
