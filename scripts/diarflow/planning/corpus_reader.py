"""Recordings of one corpus, from the rows of its table.

All mistakes are collected and reported together, a line each: file, line, value, expected value.
"""

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

from diarflow.channel_ids import channel_id
from diarflow.errors import InputError
from diarflow.formats.kaldi import is_kaldi_directory
from diarflow.formats.names import shared_forms
from diarflow.formats.text import counted, examples, shown
from diarflow.formats.tiers import ALL_TIERS
from diarflow.planning.annotated_channels import annotated_channels
from diarflow.planning.annotation_folders import AnnotationFolder
from diarflow.planning.corpus_sources import read_source
from diarflow.planning.recording import Recording
from diarflow.planning.recording_ids import safe_id
from diarflow.planning.reference_digests import FileUsers
from diarflow.planning.row_values import (
    SPEAKER_COUNTS,
    file_problem,
    parse_channel,
    parse_track,
    source_problem,
    speaker_counts,
)
from diarflow.remote import is_remote, shown_location
from diarflow.settings import Corpus


@dataclass(frozen=True)
class CorpusNeeds:
    """Inputs of the systems of a corpus: the audio, and the RTTM of imported systems (name, path).

    `external` are the systems that other programs run.
    """

    audio: bool = True
    rttm: tuple[tuple[str, str], ...] = ()
    external: tuple[str, ...] = ()


def _no_recordings(source: Corpus, other_corpora: Counter[str]) -> str:
    """Return the problem of a corpus without recordings, with the values of the column `corpus` of its table."""
    text = f"{source.recordings or source.audio}: no recordings of {source.name}"
    if not other_corpora:
        return text
    values = [f"{shown(name)} ({count})" for name, count in other_corpora.most_common()]
    return f"{text}: the column corpus contains {examples(values)}, expected {source.name}"


class CorpusReader:
    """Reader of the recordings of one corpus. After `read`, `warnings` and `other_corpora` are complete."""

    def __init__(self, source: Corpus, needs: CorpusNeeds):
        self._source, self._needs = source, needs
        self.warnings: list[str] = []
        self.other_corpora: Counter[str] = Counter()
        self._problems: list[str] = []
        self._users = FileUsers()
        self._folders: dict[tuple[str, str], AnnotationFolder] = {}

    def read(self) -> list[Recording]:
        """Return the recordings. Raises InputError with a line for each mistake."""
        source, problems = self._source, self._problems
        table = read_source(source, needs_audio=self._needs.audio)
        self.warnings += table.warnings
        self.other_corpora = table.other_corpora
        problems += [*table.problems, *self._missing_files()]
        names = [name for _, row in table.rows if (name := row.get("recording", ""))]
        self._has_transcripts = bool(source.transcript) or any(
            row.get("transcript") for _, row in table.rows
        )
        self._shared = shared_forms({safe_id(name): name for name in names})
        recordings: list[Recording] = []
        first_place: dict[str, str] = {}
        id_place: dict[str, str] = {}
        for place, row in table.rows:
            name = row.get("recording", "")
            if name and name in first_place:
                problems.append(
                    f"{place}: recording {shown(name)} appears twice, first in {first_place[name]}"
                )
            first_place.setdefault(name, place)
            for recording in self._recordings(place, row):
                for id in filter(None, (recording.id, recording.call)):
                    first = id_place.setdefault(id, place)
                    if first != place and first_place[name] == place:
                        problems.append(f"{place}: id {id} appears twice, first in {first}")
                recordings.append(recording)
        if not table.rows and not problems:
            problems.append(_no_recordings(source, self.other_corpora))
        if problems:
            raise InputError.of(problems)
        for folder in self._folders.values():
            self.warnings += folder.warnings(source.name, len(set(names)))
        return recordings

    def _missing_files(self) -> list[str]:
        """Return a line for each file or folder of the whole corpus that does not exist."""
        source = self._source
        problems = [
            f"systems.{system}.rttm: {path} does not exist (corpus {source.name})"
            for system, path in self._needs.rttm
            if not os.path.exists(path)
        ]
        problems += [
            f"corpus {source.name}: {column} {path} does not exist"
            for column, path in (
                ("reference", source.reference),
                ("uem", source.uem),
                ("transcript", source.transcript),
            )
            if path and not os.path.exists(path) and not (column == "reference" and is_remote(path))
        ]
        return problems

    def _recordings(self, place: str, row: dict[str, str]) -> list[Recording]:
        """Return the recording of a row, or the channels of a call; none if the row has mistakes."""
        problems, needs = self._problems, self._needs
        before = len(problems)
        name, audio = row.get("recording", ""), row.get("audio", "")
        if not name:
            problems.append(f"{place}: no recording, expected an id")
        if not audio and needs.audio:
            problems.append(f"{place}: no audio, expected the path of a file")
        elif (
            (self._source.recordings or is_remote(audio))
            and needs.audio
            and (problem := source_problem(audio))
        ):
            problems.append(f"{place}: audio {shown(shown_location(audio), 100)} {problem}")
        for column in ("reference", "uem", "transcript"):
            path = row.get(column, "")
            find_problem = source_problem if column == "reference" else file_problem
            if path and not is_kaldi_directory(path) and (problem := find_problem(path)):
                problems.append(f"{place}: {column} {shown(shown_location(path), 100)} {problem}")
        channel = parse_channel(row.get("channel") or self._source.channel, place, problems)
        speakers = speaker_counts(row, self._source, place, problems)
        track = parse_track(row.get("track") or self._source.track, place, problems)
        if channel == "each" and is_remote(audio):
            problems.append(
                f"{place}: channel is each, but {shown(shown_location(audio), 100)} is not on this machine; "
                "expected mix or a number"
            )
        if len(problems) > before:
            return []
        annotations = self._source.annotations
        fields: dict[str, Any] = {
            "corpus": self._source.name,
            "name": name,
            "audio": audio if needs.audio else None,
            "selection": annotations.selection if annotations else ALL_TIERS,
            "track": track,
            "users": self._users,
            **speakers,
        }
        if channel != "each":
            return [self._recording(row, safe_id(name), channel=channel, **fields)]
        return self._channels(place, row, fields)

    def _channels(self, place: str, row: dict[str, str], fields: dict[str, Any]) -> list[Recording]:
        """Return the channels of a call."""
        name = fields["name"]
        call, speakers = safe_id(name), self._source.channel_speakers
        count = _channel_count(fields["audio"], fields["track"])
        fields |= {"call": call, "channels": count}
        if speakers and count and count != len(speakers):
            self.warnings.append(
                f"{place}: {counted(count, 'channel')} in {shown(name)}, but {counted(len(speakers), 'name')} in "
                f"channel_speakers of corpus {self._source.name}; the call is set aside"
            )
        if speakers and not any(fields[column] for column in SPEAKER_COUNTS):
            fields["num_speakers"] = 1
        first = self._recording(row, channel_id(call, 1), channel=1, **fields)
        if not count:  # without audio the annotations give the number
            is_read = fields["audio"] is None
            count = self._annotated_channels(first) if is_read else 1
        others = range(2, count + 1)
        return [
            first,
            *(self._recording(row, channel_id(call, n), channel=n, **fields) for n in others),
        ]

    def _annotated_channels(self, first: Recording) -> int:
        """Return the number of channels of a call without audio, from the files of its first channel or its folders."""
        count = annotated_channels(first.annotation_files(), first.call, first.name)
        while any(
            folder.has(channel_id(first.call, count + 1)) for folder in self._folders.values()
        ):
            count += 1
        return count

    def _recording(self, row: dict[str, str], id: str, **fields: Any) -> Recording:
        """Return a recording with its files of annotations, and note that it uses them."""
        name = fields["name"]
        source = self._source
        reference = row.get("reference") or self._file(source.reference, "reference", id, name)
        uem = row.get("uem") or self._file(source.uem, "uem", id, name)
        rttm = tuple(
            (system, self._file(path, "rttm", id, name) or os.path.join(path, f"{name}.rttm"))
            for system, path in self._needs.rttm
        )
        rttm += tuple(
            (system, f"results/{source.name}/external/{system}/{id}.txt")
            for system in self._needs.external
        )
        for path in (reference, uem, *(path for _, path in rttm)):
            if path:
                self._users.add(path, id, name)
        transcript = self._transcript(row, fields.get("call") or id, name)
        return Recording(
            id=id, reference=reference, uem=uem, rttm=rttm, transcript=transcript, **fields
        )

    def _transcript(self, row: dict[str, str], id: str, name: str) -> str | None:
        """Return the transcript of a recording; "" if only others of the corpus have one, None if none has."""
        folder = self._source.transcript
        path = row.get("transcript") or (
            self._file(folder, "transcript", id, name) if folder else None
        )
        return path or ("" if self._has_transcripts else None)

    def _file(self, path: str | None, kind: str, id: str, name: str) -> str | None:
        """Return the file of annotations of the whole corpus, or this recording's in its folder, if it exists."""
        if path is None or not os.path.isdir(path) or is_kaldi_directory(path):
            return path
        folder = self._folders.get((kind, path))
        if folder is None:
            folder = self._folders[kind, path] = AnnotationFolder(path, kind)
        return folder.find(id, name, self._shared)


def _channel_count(audio: str | None, track: int | str | None) -> int | None:
    """Return the number of channels; None for a file that cannot be read, which its job sets aside."""
    if audio is None:
        return None
    from diarflow.audio.decode import channel_count

    try:
        return channel_count(audio, track)
    except InputError:
        return None
