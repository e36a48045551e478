"""CHAT transcripts of TalkBank (.cha): the utterances with time marks. Read with pylangacq.

The speaker is the code of the participant, for example CHI.
"""

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import read_source_lines, shown

ENDINGS = (".cha",)


def recognizes(head: str, path: str) -> bool:
    """Return whether a file begins with the headers of CHAT."""
    lines = head.lstrip().split("\n")
    return lines[0].startswith("@UTF8") or any(line.startswith("@Begin") for line in lines[:5])


def read(path, selection=None) -> RecordFile:
    """Read the utterances. Raises InputError if the file is damaged."""
    from pylangacq import CHAT

    text = "\n".join(read_source_lines(path))
    try:
        utterances = CHAT.from_strs([text], strict=False).utterances()
    except Exception as error:  # errors of the parser
        raise InputError(f"{path}: not readable as CHAT ({shown(str(error), 120)})") from error
    file = RecordFile(path, unit="utterance", is_nameless=True)
    for number, utterance in enumerate(utterances, 1):
        if utterance.time_marks is None:
            file.add_note("", number, "utterances without a time mark left out")
            continue
        start, end = utterance.time_marks
        file.add_turn("", number, start / 1000, end / 1000, utterance.participant or "")
    return file
