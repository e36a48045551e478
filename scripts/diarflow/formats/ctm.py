"""CTM, the words of NIST's speech recognition scoring: `recording channel start duration word [confidence type speaker]`.

Words of one speaker with pauses of less than 0.3 s are one turn, as in the references of NIST's Rich Transcription
evaluations. Without the field of the speaker, each channel is a speaker.
"""

from collections.abc import Mapping

from diarflow.formats.records import RecordFile
from diarflow.formats.rttm_speakers import MISSING
from diarflow.formats.stm import content_rows, is_time
from diarflow.formats.text import as_number, read_source_lines, shown

ENDINGS = (".ctm",)
MAX_PAUSE = 0.3
_FIELDS = 5
_SPEAKER = 7  # index of the field


def recognizes(head: str, path: str) -> bool:
    """Return whether the third and fourth field of each line are times, and the fifth is a word."""
    rows = content_rows(head)
    return bool(rows) and all(
        len(row) >= _FIELDS and is_time(row[2]) and is_time(row[3]) for row in rows
    )


def read(path, selection=None) -> RecordFile:
    """Read the turns that the words form. Words of zero length are left out."""
    file = RecordFile(path)
    words: dict[tuple[str, str, str], list[tuple[float, float, int]]] = {}
    for number, text in enumerate(read_source_lines(path), 1):
        if not (text := text.strip()) or text.startswith(";;"):
            continue
        fields = text.split()
        if len(fields) < _FIELDS:
            file.add_problem(number, f"{len(fields)} fields, expected at least {_FIELDS} of CTM")
            continue
        name, channel = fields[:2]
        start, duration = as_number(fields[2]), as_number(fields[3])
        speaker = fields[_SPEAKER] if len(fields) > _SPEAKER else MISSING
        if fields[4] in ("<ALT>", "<ALT_BEGIN>", "<ALT_END>"):
            file.add_note(name, number, "marks of alternatives left out")
        elif start is None or duration is None or duration < 0:
            problem = f"start and duration are {shown(fields[2])} and {shown(fields[3])}, expected numbers >= 0"
            file.add_turn(name, number, fields[2], fields[3], speaker, problem=problem)
        elif duration == 0:
            file.add_note(name, number, "words of zero length left out")
        else:
            key = name, channel, speaker
            words.setdefault(key, []).append((start, start + duration, number))
    _require_speakers(file, words)
    for (name, channel, speaker), intervals in words.items():
        for start, end, number in _joined(intervals):
            speaker = channel if speaker == MISSING else speaker
            file.add_turn(name, number, start, end, speaker, channel=channel)
    return file


def _require_speakers(file: RecordFile, words: Mapping[tuple[str, str, str], list]) -> None:
    """Add a problem for each recording that has neither speakers nor several channels."""
    keys: dict[str, list[tuple[str, str, str]]] = {}
    for key in words:
        keys.setdefault(key[0], []).append(key)
    for name, own in keys.items():
        if len({channel for _, channel, _ in own}) == 1 and {key[2] for key in own} == {MISSING}:
            number = words[own[0]][0][2]
            problem = "CTM without speakers, expected the speaker in field 8, or a channel for each"
            file.add_turn(name, number, 0, 0, MISSING, problem=problem)


def _joined(words: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """Join words with short pauses: start, end, and the number of the first line.

    >>> _joined([(0.0, 1.0, 1), (1.2, 2.0, 2), (2.5, 3.0, 3)])
    [(0.0, 2.0, 1), (2.5, 3.0, 3)]
    """
    turns: list[tuple[float, float, int]] = []
    for start, end, number in sorted(words):
        if turns and start - turns[-1][1] < MAX_PAUSE:
            first, last, line = turns[-1]
            turns[-1] = first, max(last, end), line
        else:
            turns.append((start, end, number))
    return turns
