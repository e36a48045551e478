"""Line at the end of a run: recordings with results, their audio, recordings set aside, and the time taken."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from diarflow.artifacts.failures import Failure
from diarflow.planning.plan import Plan
from diarflow.planning.resources import prepared_duration
from diarflow.progress.table import duration
from diarflow.timeline.intervals import Seconds


def rttm_by_recording(plan: Plan) -> dict[tuple[str, str], list[str]]:
    """Return the RTTM files of all systems of each recording, by corpus and id."""
    systems = {
        corpus: [
            name for rule in ("write_rttm", "import_rttm") for name in plan.variants(rule, corpus)
        ]
        for corpus in plan.systems
    }
    return {
        (corpus, id): [f"results/{corpus}/rttm/{system}/{id}.rttm" for system in systems[corpus]]
        for corpus, id in plan.recordings
        if systems[corpus]
    }


def recording_lines(
    recordings: Mapping[tuple[str, str], Iterable[str]],
    failures: Iterable[Failure],
    *,
    start: float,
    now: float | None = None,
    root="results",
) -> Iterator[str]:
    """Yield one line about a run, if there are results or recordings set aside.

    `recordings` maps corpus and id to the RTTM files that the run makes. A recording counts if all of them exist and
    no rule has set it aside. Times real time are given only if this run prepared all of their audio.
    """
    seconds = (time.time() if now is None else now) - start
    set_aside = {(failure.corpus, failure.recording) for failure in failures} & set(recordings)
    complete = [
        key
        for key, paths in recordings.items()
        if key not in set_aside and all(map(os.path.exists, paths))
    ]
    if not (complete or set_aside):
        return
    audio = [Path(root, corpus, "audio", f"{id}.wav") for corpus, id in complete]
    durations = [prepared_duration(str(path)) for path in audio]
    known = sum(each for each in durations if each)
    parts = [f"{len(complete):,} of {len(recordings):,} recordings"]
    if known:
        parts.append(f"{_hours(known)} of audio")
    parts.append(f"{len(set_aside):,} set aside")
    text = f"{', '.join(parts)}, {duration(seconds)}"
    prepared_now = all(map(_is_since(start), audio)) and all(durations)
    if known and prepared_now and seconds > 0:
        text += f" ({_times(known / seconds)} times real time)"
    yield text


def _is_since(start: float):
    def is_since(path: Path) -> bool:
        try:
            return path.stat().st_mtime >= start
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
