"""The artifacts of prepare_reference: normalized turns as RTTM, and the extent as UEM, each with a comment."""

from collections.abc import Iterable
from typing import NamedTuple

from diarflow.formats.rttm import read_comments, read_turns, write_rttm
from diarflow.formats.text import as_field
from diarflow.formats.uem import read_uem, write_uem
from diarflow.scoring.notes import Notes, note_comments, parse_notes
from diarflow.scoring.repairs import Repairs, last_end
from diarflow.timeline.intervals import Interval, Turn

_SOURCE = "extent: "  # prefix of the comment in the UEM that names the source of the extent


class PreparedReference(NamedTuple):
    """The reference of one recording.

    `extent_source` is "uem", "audio" or "turns", and "" for a placeholder. `notes` count what was dropped or mapped.
    """

    turns: list[Turn]
    repairs: Repairs
    extent: list[Interval]
    extent_source: str
    notes: Notes = Notes()

    def scored_extent(self, hypothesis: Iterable[Turn]) -> list[Interval]:
        """Return the extent. Without audio and UEM it is the span of both reference and hypothesis.

        >>> reference = PreparedReference([Turn(1.0, 5.0, "a")], Repairs(), [], "turns")
        >>> reference.scored_extent([Turn(0.5, 2.0, "b")])
        [Interval(start=0.5, end=5.0)]
        """
        return span([*self.turns, *hypothesis]) if self.extent_source == "turns" else self.extent


def span(turns: Iterable[Turn]) -> list[Interval]:
    """Return the interval from the first start to the last end, or nothing if there are no turns.

    >>> span([Turn(1.0, 5.0, "a"), Turn(0.5, 2.0, "b")])
    [Interval(start=0.5, end=5.0)]
    """
    turns = list(turns)
    return [Interval(min(turn.start for turn in turns), last_end(turns))] if turns else []


def write_prepared_reference(rttm, uem, id: str, reference: PreparedReference) -> None:
    """Write the reference of the recording `id` to the paths `rttm` and `uem`."""
    comments = [str(reference.repairs), *note_comments(reference.notes)]
    write_rttm(rttm, id, reference.turns, comments=comments)
    write_uem(uem, id, reference.extent, comments=[_SOURCE + reference.extent_source])


def read_prepared_reference(rttm, uem, id: str) -> PreparedReference:
    """Read the reference of the recording `id` from the paths `rttm` and `uem`."""
    sources = (comment for comment in read_comments(uem) if comment.startswith(_SOURCE))
    comments = read_comments(rttm)
    return PreparedReference(
        read_turns(rttm),
        Repairs.parse(comments),
        read_uem(uem).get(as_field(id), []),
        next(sources, _SOURCE).removeprefix(_SOURCE),
        parse_notes(comments),
    )
