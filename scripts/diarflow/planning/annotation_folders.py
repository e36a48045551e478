"""Folders with a reference, a UEM or the turns of an imported system for each recording."""

import os
import unicodedata
from collections.abc import Collection, Sequence

from diarflow.errors import InputError
from diarflow.formats import recognition
from diarflow.formats.names import NameIndex, normal_name
from diarflow.formats.text import counted, examples
from diarflow.planning.file_listing import list_files

ENDINGS = {
    "reference": recognition.ENDINGS,
    "uem": (".uem",),
    "rttm": recognition.ENDINGS,
    "transcript": (".json", ".ctm"),
}
# what the page of a recording saves beside a corrected RTTM: the turns again, notes, and the list of corrections
CORRECTIONS = ".corrections.json"


class AnnotationFolder:
    """Files of a kind in a folder and its subfolders, by the recordings that they are named after."""

    def __init__(self, path: str, kind: str):
        self.path, self.kind = path, kind
        endings = ENDINGS[kind]
        files = [
            os.path.relpath(file, path)
            for file in list_files(path).files
            if file.lower().endswith(endings)
            and not file.lower().endswith(CORRECTIONS)
            and (kind in ("uem", "transcript") or recognition.is_meant(file))
        ]
        # of several files of a recording, the first kind counts
        files.sort(key=lambda file: _rank(file, endings))
        self._index = NameIndex(files)
        self._by_stem: dict[str, list[str]] = {}
        for file in files:
            stem = next(file[: -len(end)] for end in endings if file.lower().endswith(end))
            self._by_stem.setdefault(unicodedata.normalize("NFC", stem), []).append(file)
        self._users: dict[str, str] = {}
        self._lacking: list[str] = []
        self._ambiguous: list[str] = []

    def find(self, id: str, name: str, shared: Collection[str]) -> str | None:
        """Return the file of a recording; None if there is none, or if several may be meant.

        `shared` are normal names that may mean several recordings of the corpus.
        """
        try:
            files = self._index.find(id, name, shared)
        except InputError as error:
            self._ambiguous.append(str(error))
            files = []
        # the names of several recordings may differ in their endings only: x.wav.rttm is the file of x.wav
        if not files and os.path.splitext(id)[1]:
            files = self._by_stem.get(id, [])
        if not files:
            self._lacking.append(name)
            return None
        if len(files) > 1:
            self._ambiguous.append(f"{examples(files)} are all of {name}, {files[0]} is used")
        self._users.update(dict.fromkeys(files, name))
        return os.path.join(self.path, files[0])

    def has(self, id: str) -> bool:
        """Return whether a file is named after this id."""
        return normal_name(id) in self._index

    def warnings(self, corpus: str, recordings: int) -> list[str]:
        """Return a line about recordings without a file and files without a recording, and one about ambiguous files."""
        parts = []
        lacking = list(dict.fromkeys(self._lacking))
        if lacking:
            parts.append(
                f"{len(lacking)} of {recordings} recordings without a file ({examples(lacking)})"
            )
        if unused := [file for file in self._index.names if file not in self._users]:
            parts.append(f"{counted(len(unused), 'file')} without a recording ({examples(unused)})")
        if self._ambiguous:
            more = len(self._ambiguous) - 1
            parts.append(self._ambiguous[0] + (f" and {more} more such cases" if more else ""))
        return [f"corpus {corpus}: {self.kind} {self.path}: {'; '.join(parts)}"] if parts else []


def _rank(file: str, endings: Sequence[str]) -> int:
    return next(rank for rank, ending in enumerate(endings) if file.lower().endswith(ending))
