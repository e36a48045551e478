"""Line at the end of a run: recordings with results, their audio, recordings set aside, and the time taken."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from diarflow.artifacts.failures import Failure
from diarflow.audio.facts import facts_path
from diarflow.planning.plan import Plan
from diarflow.planning.resources import prepared_duration
from diarflow.planning.rule_variants import RTTM_RULES
from diarflow.prefix import prefixed
from diarflow.progress.table import duration
from diarflow.timeline.intervals import Seconds


class RecordingFiles(NamedTuple):
    """RTTM of all systems of a recording, and its prepared audio: of a call that of each channel."""

    rttm: list[str]
    audio: list[str]


def files_by_recording(plan: Plan) -> dict[tuple[str, str], RecordingFiles]:
    """Return the files of each recording with systems, by corpus and id. A call is one recording."""
    systems = {
        corpus: [name for rule in RTTM_RULES for name in plan.variants(rule, corpus)]
        for corpus in plan.systems
    }
    return {
        (corpus, id): RecordingFiles(
            [prefixed(f"results/{corpus}/rttm/{system}/{id}.rttm") for system in names],
            [
                prefixed(f"results/{corpus}/audio/{channel}.wav")
                for channel in plan.calls.channels(corpus, id)
            ],
        )
        for corpus, names in systems.items()
        if names
        for id in plan.ids(corpus, "write_rttm")
    }


def recording_lines(
    recordings: Mapping[tuple[str, str], RecordingFiles],
    failures: Iterable[Failure],
    *,
    start: float,
    now: float | None = None,
) -> Iterator[str]:
    """Yield one line about a run, if there are results or recordings set aside.

    `recordings` maps corpus and id to the files that the run makes. A recording counts if all its RTTM exist and
    no rule has set it aside. Times real time are given only if this run prepared all of their audio.
    """
    seconds = (time.time() if now is None else now) - start
    set_aside = {(failure.corpus, failure.recording) for failure in failures} & set(recordings)
    complete = [
        key
        for key, files in recordings.items()
        if key not in set_aside and all(map(os.path.exists, files.rttm))
    ]
    if not (complete or set_aside):
        return
    audio = [path for key in complete for path in recordings[key].audio]
    durations = [_duration(recordings[key].audio) for key in complete]
    known = sum(durations)
    parts = [f"{len(complete):,} of {len(recordings):,} recordings"]
    if known:
        parts.append(f"{_hours(known)} of audio")
    parts.append(f"{len(set_aside):,} set aside")
    text = f"{', '.join(parts)}, {duration(seconds)}"
    prepared_now = all(map(_is_since(start), audio)) and all(durations)
    if known and prepared_now and seconds > 0:
        text += f" ({_times(known / seconds)} times real time)"
    yield text


def _duration(audio: Iterable[str]) -> Seconds:
    """Return the duration of the longest channel; 0 without prepared audio."""
    return max((prepared_duration(path) or 0.0 for path in audio), default=0.0)


def _is_since(start: float):
    def is_since(path: str) -> bool:
        try:
            existing = path if os.path.exists(path) else facts_path(path)  # removed, or FLAC
            return os.stat(existing).st_mtime >= start
        except OSError:
            return False

    return is_since


def _hours(seconds: Seconds) -> str:
    """Return a duration of audio in hours, or in minutes below one hour.

    >>> _hours(30), _hours(90), _hours(5400)
    ('0.5 min', '1.5 min', '1.5 h')
    """
    return f"{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
