"""Files below a folder of a user, or that match a glob, without those that cannot be meant."""

import glob
import os
from collections import Counter
from dataclasses import dataclass, field

from diarflow.prefix import prefixed
from diarflow.runs.rows import PLAN_FILE

_TRASH = {"__macosx", "$recycle.bin", "system volume information"}
_RESULTS = "results"
_READ = "links to folders that are read already"


@dataclass
class Listing:
    """Paths of files, sorted by folder, copies among them, and the number of entries left out, by reason."""

    files: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def sort(self) -> None:
        """Sort the files by folder."""
        self.files.sort(key=lambda path: path.split(os.sep))


def list_files(root: str) -> Listing:
    """Return the files below a folder, also those behind links to other folders.

    Left out are hidden files and folders, trash folders, folders of results, and links to a folder that is read
    anyway or that contains `root`. Each folder is read once, so that links cannot form a loop.
    """
    listing = Listing()
    pending, links = [root], list[str]()
    visited: set[tuple[int, int]] = set()
    while pending or links:
        # the own name of a folder has precedence over a link to it
        folder = pending.pop() if pending else links.pop(0)
        try:
            state = os.stat(folder)
            if (state.st_dev, state.st_ino) in visited:
                listing.left_out[_READ] += 1
                continue
            visited.add((state.st_dev, state.st_ino))
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            listing.left_out["unreadable folders"] += 1
            continue
        for entry in entries:
            if entry.name.startswith("."):
                listing.left_out["hidden"] += 1
            elif not os.path.isdir(entry.path):
                listing.files.append(entry.path)
            elif reason := _reason(entry.path):
                listing.left_out[reason] += 1
            else:
                (links if entry.is_symlink() else pending).append(entry.path)
    listing.sort()
    return listing


def list_matches(pattern: str, root: str) -> Listing:
    """Return the files that match a glob below the folder `root`, with the same exceptions as `list_files`."""
    listing = Listing()
    reasons: dict[str, str] = {root: ""}  # of each folder
    for path in glob.glob(pattern, recursive=True):
        if os.path.isdir(path):
            continue
        folder, inner = os.path.dirname(path), []
        while folder not in reasons and os.path.dirname(folder) != folder:
            inner.append(folder)
            folder = os.path.dirname(folder)
        reason = reasons.get(folder, "")
        for folder in reversed(inner):
            reason = reasons[folder] = reason or _reason(folder)
        if reason:
            listing.left_out[f"in {reason}"] += 1
        else:
            listing.files.append(path)
    listing.sort()
    return listing


def _reason(folder: str) -> str:
    """Return why a folder is left out, or ""."""
    if os.path.basename(folder).lower() in _TRASH:
        return "trash folders"
    if _is_results(folder):
        return "folders of results"
    if os.path.islink(folder) and _contains(folder, os.path.dirname(folder) or "."):
        return _READ
    return ""


def _is_results(folder: str) -> bool:
    """Return whether a folder holds the results of this run, of a run of Snakemake elsewhere, or of a corpus."""
    real = os.path.realpath(folder)
    if real == os.path.realpath(prefixed(_RESULTS)) or _is_corpus(real):
        return True
    beside = os.path.join(os.path.dirname(real), ".snakemake")
    return os.path.basename(real) == _RESULTS and os.path.isdir(beside)


def _is_corpus(folder: str) -> bool:
    """Return whether a folder holds the results of a corpus, for example in a copy of a folder of results."""
    table, plan = os.path.join(folder, "recordings.tsv"), os.path.join(folder, PLAN_FILE)
    rows = os.path.join(folder, "recordings/audio")  # of earlier versions
    return os.path.isfile(table) and (os.path.isfile(plan) or os.path.isdir(rows))


def is_in_own_results(path: str) -> bool:
    """Return whether a path lies in the folder of the results of this run."""
    return _contains(prefixed(_RESULTS), path)


def _contains(folder: str, path: str) -> bool:
    outer, inner = (os.path.join(os.path.realpath(name), "") for name in (folder, path))
    return inner.startswith(outer)


def by_ending(paths: list[str]) -> Counter[str]:
    """Return the number of files for each ending.

    >>> by_ending(["a.m4a", "b.M4A", "notes"])
    Counter({'.m4a': 2, 'without ending': 1})
    """
    return Counter(os.path.splitext(path)[1].lower() or "without ending" for path in paths)
