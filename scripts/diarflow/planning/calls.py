"""Calls: recordings whose channels are processed separately up to the turns (`channel: each`).

RTTM, scores, words, exports, the audio of the player and the page belong to the call. All other artifacts belong to its channels.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from diarflow.planning.recording import Recording
from diarflow.planning.rule_variants import EXPORT_RULES

CHANNELS, RECORDINGS, CALLS = "channels", "recordings", "calls"
# what a rule works on, for the rules that do not work on each channel: recordings (calls included), or calls only
UNITS_OF_RULES = {
    "write_rttm": RECORDINGS,
    "import_rttm": RECORDINGS,
    "fuse_systems": RECORDINGS,
    "choose_system": RECORDINGS,
    "collect_evidence": RECORDINGS,
    "estimate_confidence": RECORDINGS,
    "score_recording": RECORDINGS,
    "join_channels": CALLS,
    "summarize_speakers": RECORDINGS,
    "label_speakers": RECORDINGS,
    "assign_words": RECORDINGS,
    **dict.fromkeys(EXPORT_RULES, RECORDINGS),
}


class Calls:
    """Recordings of all corpora with their channels. A recording that is not a call has one channel: itself.

    `speakers` maps a corpus to the names of the speakers of its channels, if each channel is one speaker.
    """

    def __init__(self, channels: Iterable[Recording], speakers: Mapping[str, Sequence[str]]):
        self._speakers = speakers
        self._channels: dict[str, dict[str, list[Recording]]] = {}
        for channel in channels:
            recordings = self._channels.setdefault(channel.corpus, {})
            recordings.setdefault(channel.call or channel.id, []).append(channel)
        self._has_reference: dict[tuple[str, str], bool] = {}
        for corpus, id, parts in self.recordings():
            for channel in parts:
                self._has_reference[corpus, channel.id] = channel.reference is not None
            is_complete = all(channel.reference is not None for channel in parts)
            self._has_reference[corpus, id] = is_complete
        self._ids: dict[tuple[str, str], list[str]] = {}
        for corpus, recordings in self._channels.items():
            self._ids[corpus, RECORDINGS] = list(recordings)
            self._ids[corpus, CALLS] = [id for id in recordings if self.is_call(corpus, id)]
            self._ids[corpus, CHANNELS] = [
                channel.id for parts in recordings.values() for channel in parts
            ]

    def ids(self, corpus: str, rule: str = "") -> list[str]:
        """Return the ids that a rule works on: those of channels, of recordings, or of calls."""
        return self.ids_of(corpus, UNITS_OF_RULES.get(rule, CHANNELS))

    def ids_of(self, corpus: str, units: str) -> list[str]:
        """Return the ids of all CHANNELS, RECORDINGS or CALLS of a corpus."""
        return self._ids.get((corpus, units), [])

    def recordings(self) -> Iterator[tuple[str, str, list[Recording]]]:
        """Yield corpus, id and channels of each recording."""
        for corpus, recordings in self._channels.items():
            for id, channels in recordings.items():
                yield corpus, id, channels

    def has_calls(self, corpus: str) -> bool:
        """Return whether any recording of a corpus is a call."""
        return bool(self._ids.get((corpus, CALLS)))

    def has_audio(self, corpus: str) -> bool:
        """Return whether a corpus has calls with audio."""
        recordings = self._channels.get(corpus, {})
        return any(recordings[id][0].audio for id in self.ids_of(corpus, CALLS))

    def is_call(self, corpus: str, id: str) -> bool:
        """Return whether an id is that of a call."""
        return any(channel.call for channel in self._channels.get(corpus, {}).get(id, ()))

    def channels(self, corpus: str, id: str) -> list[str]:
        """Return the ids of the channels of a call, in order; of any other recording its own id."""
        return [channel.id for channel in self._channels.get(corpus, {}).get(id, ())] or [id]

    def has_reference(self, corpus: str, id: str) -> bool:
        """Return whether a recording or channel has a reference; of a call, whether each of its channels has one."""
        return self._has_reference.get((corpus, id), False)

    def call_of_channel(self, corpus: str) -> dict[str, str]:
        """Return the id of the call of each channel of a corpus."""
        return {
            channel.id: id
            for id, channels in self._channels.get(corpus, {}).items()
            for channel in channels
            if channel.call
        }

    def call_of_sidecar(self, folder: str) -> dict[str, str]:
        """Return the id of the call of each JSON file of a channel in `folder`, such as "audio" or "reference"."""
        return {
            f"results/{corpus}/{folder}/{channel}.json": call
            for corpus in self._channels
            for channel, call in self.call_of_channel(corpus).items()
        }

    def rows(self) -> Iterator[tuple[str, str, dict[str, dict[str, Any]]]]:
        """Yield corpus, id and the parts of the row of each recording in a corpus that has calls.

        The part `channels` lists the ids of the channels of a call; it is empty for other recordings. `channel_speakers`
        adds the names of the speakers. A call also has the part of its transcript, and for each imported system a part
        with the rows of all channels.
        """
        for corpus, id, channels in self.recordings():
            if not self.has_calls(corpus):
                continue
            if not self.is_call(corpus, id):
                yield corpus, id, _parts([], [])
                continue
            ids = [{"recording": channel.id} for channel in channels]
            parts = [channel.imported_parts() for channel in channels]
            yield corpus, id, {
                **channels[0].transcript_part(),
                **_parts(ids, self._speakers.get(corpus, ())),
                **{name: {"channels": [part[name] for part in parts]} for name in parts[0]},
            }  # fmt: skip

    def warnings(self) -> Iterator[str]:
        """Yield a line for each call of which only some channels have a reference, and for names without an effect."""
        for corpus, id, channels in self.recordings():
            lacking = [channel for channel in channels if channel.reference is None]
            if lacking and len(lacking) < len(channels):
                yield f"{corpus}/{id}: no reference of channel {lacking[0].channel}; the call is not scored"
        for corpus in self._speakers:
            if not self.has_calls(corpus):
                yield f"corpus {corpus}: channel_speakers has no effect without channel: each"


def _parts(channels: list[dict[str, str]], speakers: Sequence[str]) -> dict[str, dict[str, Any]]:
    row = {"channels": channels}
    return {"channels": row, "channel_speakers": row | {"speakers": list(speakers)}}
