"""A recording of a corpus, as its table describes it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from diarflow.errors import visible
from diarflow.formats.names import forms
from diarflow.formats.tiers import ALL_TIERS, TierSelection
from diarflow.planning.reference_digests import FileUsers, has_lines, lines_digest
from diarflow.planning.source_stamps import audio_stamps
from diarflow.remote import is_remote
from diarflow.scoring.recording_lines import RecordingLines

MADE_BY_RULES = "results" + os.sep  # files below it need not exist at planning
_OF_PROGRAMS = "/external/"  # in the path of a file that an external system writes


def is_read_at_planning(path: str | None) -> bool:
    """Return whether a file exists at planning on this machine: no rule makes it, and it is not remote."""
    return bool(path) and not str(path).startswith(MADE_BY_RULES) and not is_remote(str(path))


def is_of_program(path: str) -> bool:
    """Return whether an external system that runs here writes a file."""
    return path.startswith(MADE_BY_RULES) and _OF_PROGRAMS in path


@dataclass(frozen=True)
class Recording:
    """A recording and the facts that are known before it is opened."""

    corpus: str
    id: str  # a safe file name
    name: str  # as the table has it
    audio: str | None  # None if all systems of the corpus are imported
    channel: int | str = "mix"
    track: int | str | None = None  # of the audio file, by number from 1 or language
    call: str = ""  # id of the call that this is a channel of
    reference: str | None = None
    uem: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    rttm: tuple[tuple[str, str], ...] = ()  # imported systems, each with the path of its RTTM
    # path of the transcript; "" in a corpus in which only others have one
    transcript: str | None = None
    channels: int | None = None  # of the audio file, if it is a call
    selection: TierSelection = ALL_TIERS  # of tiers in files of annotations
    users: FileUsers | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        """Name for readers; of a channel, that of its call."""
        return visible(self.name)

    def source_audio(self) -> list[str]:
        """Return the audio file as an input of jobs, if a rule makes it.

        Of other audio the row contains size and time (`source_stamps`). Snakemake would compare the order of times,
        misread some names, and stop if a file is missing. If the job cannot read it, the recording is set aside.
        """
        return [self.audio] if self.audio and self.audio.startswith(MADE_BY_RULES) else []

    def source_annotations(self) -> list[str]:
        """Return the reference and the UEM that a rule makes.

        Another file of annotations may contain many recordings. If it were an input, a line added for one
        recording would re-run all of them. The row contains digests of the recording's own lines instead.
        """
        return [
            path for path in (self.reference, self.uem) if path and path.startswith(MADE_BY_RULES)
        ]

    def row_parts(self) -> dict[str, dict[str, Any]]:
        """Return the parts of the row by the rule that reads them, so that a change re-runs only that rule.

        `stamps` describe the content of files that are no inputs of the job, except remote ones: their location stands
        for their content.
        """
        parts = {} if self.call else self.imported_parts()
        return parts | {
            "audio": {
                "audio": self.audio,
                "channel": self.channel,
                **({} if self.track is None else {"track": self.track}),
                "stamps": audio_stamps(self.corpus, self.id, self.audio)
                if self.audio and is_read_at_planning(self.audio)
                else [],
            },
            "reference": {
                "recording": self.id,
                "name": self.name,
                "reference": self.reference,
                "uem": self.uem,
                "lines": self._lines(reference=self.reference, uem=self.uem),
                "stamps": self._line_digests(reference=self.reference, uem=self.uem),
            },
            **({} if self.call else self.transcript_part()),
            "speakers": {
                "num": self.num_speakers,
                "min": self.min_speakers,
                "max": self.max_speakers,
            },
        }

    def transcript_part(self) -> dict[str, dict[str, Any]]:
        """Return the part of the row that `assign_words` reads; none in a corpus without transcripts."""
        if self.transcript is None:
            return {}
        state = os.stat(self.transcript) if os.path.exists(self.transcript) else None
        stamp = [state.st_size, state.st_mtime_ns] if state else None
        return {"transcript": {"transcript": self.transcript, "stamps": [stamp]}}

    def imported_parts(self) -> dict[str, dict[str, Any]]:
        """Return the parts of the row that `import_rttm` reads; of a channel, its part of the row of its call."""
        return {
            f"rttm/{system}": {
                "recording": self.id,
                "name": self.name,
                "rttm": path,
                "lines": self._lines(rttm=path),
                "stamps": self._line_digests(rttm=path),
            }
            for system, path in self.rttm
        }

    def annotation_files(self) -> Iterator[tuple[str, str]]:
        """Yield path and kind ("reference", "uem" or "rttm") of the recording's files of annotations."""
        for path, kind in (
            (self.reference, "reference"),
            (self.uem, "uem"),
            *((path, "rttm") for _, path in self.rttm),
        ):
            if path and is_read_at_planning(path):
                yield path, kind

    def lines_in(self, path: str) -> RecordingLines:
        """Return the description of the recording's lines in a file of annotations."""
        users = self.users or FileUsers()
        shared = users.shared(path)
        return RecordingLines(
            self.id,
            self.name,
            tuple(form for form in forms(self.id, self.name) if form in shared),
            users.is_own(path),
            self.channel if isinstance(self.channel, int) else None,
            bool(self.call),
            self.channels,
            *self.selection,
            any_name=is_of_program(path),
        )

    def _lines(self, **paths: str | None) -> dict[str, Any]:
        """Return the descriptions of the recording's lines in files, by kind, as values of a row.

        Whether other recordings use a file counts only if the file has no lines of this one.
        """
        descriptions = {}
        for kind, path in paths.items():
            if path:
                lines = self.lines_in(path)
                if is_read_at_planning(path) and has_lines(path, kind, lines):
                    lines = lines._replace(is_own=True)
                descriptions[kind] = lines.values()
        return descriptions

    def _line_digests(self, **paths: str | None) -> list[str]:
        """Return digests of the recording's lines in files of the user."""
        return [
            lines_digest(path, kind, self.lines_in(path))
            for kind, path in paths.items()
            if path and is_read_at_planning(path)
        ]
