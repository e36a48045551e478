"""Tables of pairs of speakers that are one person (`same`) or different people (`different`)."""

from collections.abc import Collection, Iterator
from pathlib import Path

from diarflow.errors import InputError
from diarflow.formats.text import examples
from diarflow.linking.people import Key

_COLUMNS = ["recording", "speaker", "other_recording", "other_speaker"]


def read_pairs(path: str | None, keys: Collection[Key]) -> list[tuple[Key, Key]]:
    """Return the pairs of speakers of a table, as keys.

    The columns are recording, speaker, other_recording, other_speaker, separated by tabs. A recording of several
    corpora is written as corpus/recording. A known person has the recording "known". Raises InputError with a line for
    each speaker that does not exist.
    """
    if path is None:
        return []
    lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    if not lines or lines[0].split("\t") != _COLUMNS:
        raise InputError(f"{path}:1: expected the columns {', '.join(_COLUMNS)}, separated by tabs")
    names: dict[tuple[str, str], list[Key]] = {}
    for key in keys:
        for recording in (key[1], f"{key[0]}/{key[1]}") if key[1] else ("known",):
            names.setdefault((recording, key[2]), []).append(key)
    pairs, problems = [], []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) != len(_COLUMNS):
            problems.append(f"{path}:{number}: {len(fields)} fields, expected {len(_COLUMNS)}")
            continue
        found = [names.get((fields[side], fields[side + 1]), []) for side in (0, 2)]
        problems += list(_problems(f"{path}:{number}", fields, found))
        if all(len(side) == 1 for side in found):
            pairs.append((found[0][0], found[1][0]))
    if problems:
        raise InputError.of(problems)
    return pairs


def _problems(place: str, fields: list[str], found: list[list[Key]]) -> Iterator[str]:
    for (recording, speaker), keys in zip((fields[:2], fields[2:]), found, strict=True):
        if not keys:
            yield f"{place}: recording {recording} has no speaker {speaker}"
        elif len(keys) > 1:
            corpora = examples([key[0] for key in keys])
            yield f"{place}: recording {recording} is in several corpora ({corpora}); write corpus/recording"
