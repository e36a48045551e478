"""ELAN annotation files (EAF): the annotations of independent tiers. Read with pympi-ling.

The participant of a tier is its speaker. Dependent tiers, such as translations, share the times of their parents.
"""

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import shown
from diarflow.formats.tiers import Tier, TierSelection, add_tiers

ENDINGS = (".eaf",)


def recognizes(head: str, path: str) -> bool:
    """Return whether the root element of a file is that of ELAN."""
    return "<ANNOTATION_DOCUMENT" in head


def read(path, selection: TierSelection) -> RecordFile:
    """Read the annotations of the selected tiers. An annotation without a value is a turn if the tier gives the speaker.

    Raises InputError if the file is damaged, or if no tier is selected.
    """
    from pympi import Eaf

    try:
        document = Eaf(str(path), suppress_version_warning=True)
    except Exception as error:  # pympi raises errors of many kinds for a damaged file
        reason = shown(f"{type(error).__name__}: {error}", 120)
        raise InputError(f"{path}: not a readable EAF ({reason})") from error
    file = RecordFile(path, unit="annotation", is_nameless=True)
    tiers: list[Tier] = []
    for name, (aligned, _, attributes, _) in document.tiers.items():
        if attributes.get("PARENT_REF") and name not in selection.tiers:
            file.add_note("", 0, "dependent tiers left out")
            continue
        intervals = []
        for first, last, value, _ in aligned.values():
            start, end = document.timeslots.get(first), document.timeslots.get(last)
            if start is None or end is None:
                file.add_note("", 0, "annotations without a time left out")
            else:
                intervals.append((start / 1000, end / 1000, value or ""))
        tiers.append(Tier(name, sorted(intervals), attributes.get("PARTICIPANT", "").strip()))
    add_tiers(file, tiers, selection, takes_unlabelled=True)
    return file
