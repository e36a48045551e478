"""Selection of the lines of one recording in a file that may contain others."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile
from diarflow.formats.names import normal_name
from diarflow.formats.tiers import ALL_TIERS, TierSelection
from diarflow.scoring.channels import choose_channel

_SELECTION = TierSelection._fields


class RecordingLines(NamedTuple):
    """Description of a recording's lines.

    Parameters
    ----------
    id, name : names of the recording
    shared : normal names that may mean other recordings which use the file too
    is_own : no other recording uses the file
    channel : number of the recording's channel; None for a mix of all channels
    is_each : each channel of the audio file is a recording of its own
    channels : number of channels of the audio file, if known
    any_name : a file of one recording is that of this one, however it names it
    tiers, speaker : selection of tiers in a TextGrid or an EAF (`TierSelection`)
    """

    id: str
    name: str
    shared: tuple[str, ...] = ()
    is_own: bool = True
    channel: int | None = None
    is_each: bool = False
    channels: int | None = None
    tiers: tuple[str, ...] = ()
    speaker: str = "auto"
    any_name: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, Any], column: str) -> "RecordingLines":
        """Return the description for the file in a column of a row ("reference", "uem" or "rttm")."""
        return cls(row["recording"], row["name"], **row["lines"][column])

    @property
    def selection(self) -> TierSelection:
        """Selection of tiers in a TextGrid or an EAF."""
        return TierSelection(tuple(self.tiers), self.speaker)

    def values(self) -> dict[str, Any]:
        """Return the values of the row besides the names of the recording."""
        left_out = {"id", "name"} if self.selection != ALL_TIERS else {"id", "name", *_SELECTION}
        if not self.any_name:
            left_out.add("any_name")
        return {key: value for key, value in self._asdict().items() if key not in left_out}

    def find(self, file: AnnotationFile) -> list[str]:
        """Return the names by which a file calls the recording.

        Raises InputError if they are ambiguous, or if the file has no names and other recordings use it.
        """
        if file.is_nameless and not self.is_own:
            raise InputError(
                f"{file.path}: contains no recording names, but several recordings use it; expected a file for each"
            )
        try:
            names = file.index.find(self.id, self.name, self.shared)
        except InputError as error:
            raise InputError(f"{file.path}: {error}") from None
        is_only = self.any_name and len(file.lines) == 1
        return list(file.lines) if is_only and not names else names

    def choose(self, values: Collection[str]) -> set[str] | None:
        """Return the channel values of the recording's lines; None if the values do not distinguish channels.

        Raises InputError, without a place, if the lines cannot be assigned to the channels.
        """
        return choose_channel(values, self.channel, count=self.channels, is_each=self.is_each)

    def is_id(self, names: list[str]) -> bool:
        """Return whether the names in a file are the id of the recording, rather than its name."""
        return all(normal_name(name).split("/")[-1] == normal_name(self.id) for name in names)
