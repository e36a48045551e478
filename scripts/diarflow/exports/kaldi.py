"""Kaldi data directory: an utterance for each turn. Ids of speakers begin with the recording, as Kaldi's sorting requires."""

from collections.abc import Iterable

from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds


def render_corpus(recordings: Iterable[ExportedRecording]) -> dict[str, str]:
    """Return the files of the directory by name. `wav.scp` lists the prepared audio, and is empty without it. Lines are sorted by bytes, as with `LC_ALL=C sort`."""
    segments, speakers, audio, channels = [], [], [], []
    by_speaker: dict[str, list[str]] = {}
    counts: dict[str, int] = {}  # number of turns by utterance id without a suffix
    for recording in recordings:
        ids = [recording.field]
        if len(recording.prepared) > 1:  # a call: each channel is a recording
            ids = [f"{recording.field}-{number + 1}" for number in range(len(recording.prepared))]
        audio += [f"{id} {path}" for id, path in zip(ids, recording.prepared, strict=False)]
        channels += [
            f"{id} {recording.field} {chr(ord('A') + number)}" for number, id in enumerate(ids)
        ]
        for turn, channel in recording.numbered_turns:
            id = ids[min(channel, len(ids)) - 1]
            speaker = f"{id}-{as_field(turn.speaker)}"
            start, end = round(1000 * turn.start), round(1000 * turn.end)
            utterance = f"{speaker}-{start:09d}-{end:09d}"
            if count := counts.get(utterance, 0):  # turns of less than a millisecond
                utterance += f"-{count}"
            counts[utterance] = count + 1
            times = f"{format_seconds(turn.start)} {format_seconds(turn.end)}"
            segments.append(f"{utterance} {id} {times}")
            speakers.append(f"{utterance} {speaker}")
            by_speaker.setdefault(speaker, []).append(utterance)
    groups = (
        f"{speaker} {' '.join(sorted(names, key=str.encode))}"
        for speaker, names in by_speaker.items()
    )
    return {
        "segments": _sorted(segments),
        "utt2spk": _sorted(speakers),
        "spk2utt": _sorted(groups),
        "wav.scp": _sorted(audio),
        "reco2file_and_channel": _sorted(channels),
    }


def _sorted(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in sorted(lines, key=str.encode))
