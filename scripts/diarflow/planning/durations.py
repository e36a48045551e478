"""Durations of the recordings of a plan, for the resources that their jobs request."""

from functools import cache
from typing import TYPE_CHECKING

from diarflow.planning.resources import UNKNOWN_DURATION, header_duration, prepared_duration
from diarflow.prefix import prefixed
from diarflow.timeline.intervals import Seconds

if TYPE_CHECKING:
    from diarflow.planning.session import Session


def expected_duration(session: "Session", corpus: str, id: str) -> Seconds:
    """Return the duration of a recording: prepared, or else as expected."""
    prepared = prepared_duration(prefixed(f"results/{corpus}/audio/{id}.wav"))
    return prepared or _unprepared_duration(session, corpus, id)


@cache
def _unprepared_duration(session: "Session", corpus: str, id: str) -> Seconds:
    """Return the duration of a recording that is not yet prepared: simulated, by its header, or a guess."""
    for source in session.settings.corpora:
        if source.name == corpus and source.simulate:
            return source.simulate.duration
    recording = session.plan.recordings.get((corpus, id))
    path = recording.audio if recording else None
    return header_duration(path) or UNKNOWN_DURATION
