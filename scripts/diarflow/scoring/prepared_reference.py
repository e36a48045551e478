"""The artifacts of prepare_reference: normalized turns as RTTM, the extent as UEM, and a sidecar with facts."""

from collections.abc import Iterable
from typing import NamedTuple

from diarflow.artifacts.sidecars import read_sidecar, write_sidecar
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.formats.text import as_field
from diarflow.formats.uem import read_uem, write_uem
from diarflow.scoring.notes import Notes, notes_in
from diarflow.scoring.repairs import Repairs, last_end
from diarflow.timeline.intervals import Interval, Turn


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


def write_prepared_reference(rttm, uem, sidecar, id: str, reference: PreparedReference) -> None:
    """Write the reference of the recording `id` to the paths `rttm`, `uem` and `sidecar`."""
    write_rttm(rttm, id, reference.turns)
    write_uem(uem, id, reference.extent)
    write_sidecar(
        sidecar,
        extent=reference.extent_source,
        repairs=reference.repairs._asdict(),
        notes=dict(sorted((+reference.notes).items())),
    )


def read_prepared_reference(rttm, uem, sidecar, id: str) -> PreparedReference:
    """Read the reference of the recording `id` from the paths `rttm`, `uem` and `sidecar`."""
    facts = read_sidecar(sidecar)
    return PreparedReference(
        read_turns(rttm),
        Repairs(**facts.get("repairs", {})),
        read_uem(uem).get(as_field(id), []),
        facts.get("extent", ""),
        notes_in(facts),
    )
