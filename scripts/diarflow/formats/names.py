"""Names of recordings in files of annotations.

Tools name a recording by its id, its file, or its path. All these names have one normal form, by which lines are
matched with recordings, in jobs as well as in the digests of planning.
"""

import os
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from diarflow.errors import InputError
from diarflow.formats.text import as_field, examples

# endings of files, which do not belong to the name of a recording
_ENDINGS = {
    ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".avi", ".caf", ".cha", ".csv",
    ".ctm", ".eaf", ".flac", ".flv", ".gz", ".json", ".jsonl", ".lab", ".m4a", ".m4b", ".m4v", ".mka", ".mkv",
    ".mov", ".mp2", ".mp3", ".mp4", ".mpeg", ".mpg", ".nist", ".oga", ".ogg", ".opus", ".ra",
    ".raw", ".rf64", ".rttm", ".seglst", ".snd", ".sph", ".spx", ".stm", ".textgrid", ".tsv", ".txt", ".uem",
    ".w64", ".wav", ".wave", ".webm", ".wma", ".wmv", ".wv",
}  # fmt: skip


@cache
def normal_name(name: str) -> str:
    r"""Return the normal form of a name: composed characters, no white space, no ending, folders separated by "/".

    >>> normal_name(r"C:\calls\my call.WAV"), normal_name("monday.wav.rttm"), normal_name("2026.05.01_call")
    ('C:/calls/my_call', 'monday', '2026.05.01_call')
    """
    path = unicodedata.normalize("NFC", name).replace("\\", "/")
    parts = [as_field(part) for part in path.split("/") if part.strip() not in ("", ".")]
    if not parts:
        return as_field(name)
    while True:
        stem, ending = os.path.splitext(parts[-1])
        if ending.lower() not in _ENDINGS:
            return "/".join(parts)
        parts[-1] = stem


@cache
def forms(id: str, name: str) -> tuple[str, ...]:
    """Return the normal names that lines may use for a recording, the most specific first.

    >>> forms("my_call-3ae3f9", "monday/my call")
    ('my_call-3ae3f9', 'monday/my_call', 'my_call')
    """
    normal = normal_name(name)
    return tuple(dict.fromkeys([normal_name(id), normal, *_without_folders(normal)]))


def _without_folders(normal: str) -> list[str]:
    """Return a normal name without its first folder, without its first two, and so on."""
    if "/" not in normal:
        return []
    parts = normal.split("/")
    return ["/".join(parts[first:]) for first in range(1, len(parts))]


class NameIndex:
    """Names in a file of annotations, or of the files in a folder, by their normal forms."""

    def __init__(self, names: Iterable[str]):
        self.names = list(names)
        self._exact: dict[str, list[str]] = {}
        self._by_end: dict[str, set[str]] = {}
        for name in self.names:
            normal = normal_name(name)
            self._exact.setdefault(normal, []).append(name)
            for end in _without_folders(normal):
                self._by_end.setdefault(end, set()).add(normal)

    def __contains__(self, form: str) -> bool:
        return form in self._exact

    def find(self, id: str, name: str, shared: Collection[str] = ()) -> list[str]:
        """Return the names that mean a recording, with or without some of its folders; empty if none does.

        `shared` contains the normal names that may mean other recordings too. They count only where a name is
        literally the id or the name. Raises InputError if names with different folders fit.

        >>> NameIndex(["/data/calls/x.wav", "y"]).find("x", "x")
        ['/data/calls/x.wav']
        >>> NameIndex(["x"]).find("x-1f2e3d", "monday/x", shared=["x"])
        []
        """
        accepted = forms(id, name)
        if not shared and accepted[0] in self._exact:
            return self._exact[accepted[0]]
        whole = {normal_name(id), normal_name(name)}
        for form in accepted:
            if form in shared:
                if same := [text for text in self._exact.get(form, []) if text in (id, name)]:
                    return same
                continue
            if form in self._exact:
                return self._exact[form]
            longer = sorted(self._by_end.get(form, ())) if form in whole else []
            if len(longer) > 1:
                raise InputError(f"{examples(longer)} may each be {name}; expected one of them")
            if longer:
                return self._exact[longer[0]]
        return []


def shared_forms(names_by_id: Mapping[str, str]) -> set[str]:
    """Return the normal names that may mean several of these recordings.

    >>> sorted(shared_forms({"x-1": "monday/x", "x-2": "tuesday/x", "y_ch1": "y", "y_ch2": "y"}))
    ['x']
    """
    users: dict[str, set[str]] = {}
    for id, name in names_by_id.items():
        for form in forms(id, name):
            users.setdefault(form, set()).add(name)
    return {form for form, names in users.items() if len(names) > 1}
