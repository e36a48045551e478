"""Summary of a recording for the front page. The page of the recording contains it, so that it is computed once."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.audio.facts import read_note
from diarflow.formats.text import counted
from diarflow.report.recording_artifacts import RecordingArtifacts
from diarflow.report.recording_people import person_of
from diarflow.report.rendering import relative_url
from diarflow.report.talk_statistics import TalkStatistics, talk_statistics
from diarflow.report.timeline import REFERENCE
from diarflow.scoring.repairs import Repairs, sum_repairs

MAX_ERRORS = 100  # of a system; the front page shows the worst 100 of all recordings
SUMMARY_START = b'<script type="application/json" id="summary">'
_SUMMARY_END = b"</script>"
_BLOCK = 1 << 16
_FRONT_PAGE = "results/report/index.html"


def page_summary(
    artifacts: RecordingArtifacts, tracks: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the summary of a recording as JSON values.

    `duration` (null without audio), `audio` (URL relative to the front page), `problems` (sentences), and by system
    `talk` (see `talk_row`, with `failed_rule`) and `errors`: rows of start, end, kind (place in ERROR_KINDS) and number
    of speakers, at most MAX_ERRORS. `tracks` are those of the timeline.
    """
    duration = round(artifacts.duration, 3)
    has_audio = duration and artifacts.audio_path.exists()
    return {
        "duration": duration or None,
        "audio": relative_url(artifacts.audio_path, _FRONT_PAGE) if has_audio else "",
        "problems": [*_audio_problems(artifacts), *_reference_problems(artifacts)],
        "talk": {
            system: talk_row(
                talk_statistics(turns, duration), partial(person_of, artifacts.people, system)
            )
            | {"failed_rule": failed_rule(artifacts.path("rttm", system, ".rttm"))}
            for system, turns in artifacts.turns.items()
            if system != REFERENCE
        },
        "errors": {
            track["name"]: longest_errors(track["errors"]) for track in tracks if "errors" in track
        },
    }


def talk_row(
    statistics: TalkStatistics, person_of: Callable[[str], str | None] = lambda speaker: None
) -> dict[str, Any]:
    """Return talk statistics as JSON values: seconds to the centisecond, and a row for each speaker.

    The row of a speaker contains the name, of a linked speaker that of the person (`person_of`), the seconds of talk,
    and start and end of a sample, null if the speaker is never alone.
    """
    speakers = []
    for name, seconds in statistics.talk.items():
        sample = statistics.samples.get(name)
        times = [round(sample.start, 2), round(sample.end, 2)] if sample else [None, None]
        speakers.append([person_of(name) or name, round(seconds, 2), *times])
    monologue = statistics.monologue
    return {
        "duration": round(statistics.duration, 2),
        "speech": round(statistics.speech, 2),
        "overlap": round(statistics.overlap, 2),
        "silence": round(statistics.silence, 2),
        "turns_per_minute": round(statistics.turns_per_minute, 2),
        "monologue": [round(monologue.start, 2), round(monologue.end, 2)] if monologue else None,
        "speakers": speakers,
    }


def longest_errors(errors: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Return start, end, kind and speakers of the errors with the most speaker time, the longest first.

    `errors` are the rows of a track: start, end, kind, number of speakers, and more.

    >>> longest_errors([[0.0, 1.0, 0, 1, "Ann"], [2.0, 2.8, 2, 2, "Bob"]])
    [[2.0, 2.8, 2, 2], [0.0, 1.0, 0, 1]]
    """
    rows = [list(row[:4]) for row in errors]
    return sorted(rows, key=lambda row: (-(row[1] - row[0]) * row[3], row))[:MAX_ERRORS]


def _audio_problems(artifacts: RecordingArtifacts) -> list[str]:
    """Return the notes on the prepared audio, such as that the file is cut off."""
    notes = dict.fromkeys(map(read_note, artifacts.described_audio))
    return [f"audio: {note}" for note in notes if note]


def _reference_problems(artifacts: RecordingArtifacts) -> list[str]:
    """Return a sentence if turns of the reference were dropped or clipped."""
    if not artifacts.reference or artifacts.reference_failed:
        return []
    facts = map(read_sidecar, artifacts.channel_paths("reference", suffix=".json"))
    repairs = sum_repairs([Repairs(**sidecar.get("repairs", {})) for sidecar in facts])
    parts = []
    if repairs.dropped:
        parts.append(
            f"{counted(repairs.dropped, 'turn')} dropped (outside the recording, or empty)"
        )
    if repairs.clipped:
        parts.append(f"{counted(repairs.clipped, 'turn')} clipped to the recording")
    return [f"reference: {', '.join(parts)}"] if parts else []


def read_summary(path) -> dict[str, Any] | None:
    """Read the summary in the page of a recording; None if the page is missing or has none."""
    data = b""
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                data += block
                start = data.find(SUMMARY_START)
                end = data.find(_SUMMARY_END, start)
                if 0 <= start < end:
                    summary = json.loads(data[start + len(SUMMARY_START) : end])
                    return summary if isinstance(summary, dict) else None
                if start < 0 and len(data) > 2 * _BLOCK:
                    return None
    except (OSError, ValueError):
        return None
    return None
