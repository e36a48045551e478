"""Praat TextGrid, long and short form, in UTF-8 or UTF-16: the interval tiers. Read with praatio."""

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import shown
from diarflow.formats.tiers import Tier, TierSelection, add_tiers

ENDINGS = (".textgrid",)


def recognizes(head: str, path: str) -> bool:
    """Return whether the first lines of a file are those of a TextGrid."""
    lines = [line.strip() for line in head.split("\n", 3)[:3]]
    return "TextGrid" in lines[1] if len(lines) > 1 and "ooTextFile" in lines[0] else False


def read(path, selection: TierSelection) -> RecordFile:
    """Read the intervals of the selected tiers. Point tiers are left out.

    Raises InputError if the file is damaged, or if no tier is selected.
    """
    from praatio import textgrid
    from praatio.data_classes.interval_tier import IntervalTier

    try:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="silence")
    except Exception as error:  # praatio raises errors of many kinds for a damaged file
        raise InputError(f"{path}: not a readable TextGrid ({shown(str(error), 120)})") from error
    tiers = [
        Tier(tier.name, [(start, end, label) for start, end, label in tier.entries])
        for tier in grid.tiers
        if isinstance(tier, IntervalTier)
    ]
    file = RecordFile(path, unit="interval", is_nameless=True)
    add_tiers(file, tiers, selection, takes_unlabelled=False)
    for _ in range(len(grid.tiers) - len(tiers)):
        file.add_note("", 0, "point tiers left out")
    return file
