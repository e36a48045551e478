"""The hypothesis of a recording, from its artifacts."""

from collections.abc import Sequence
from pathlib import Path

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.tables import read_rows
from diarflow.audio.facts import prepared_path, read_facts
from diarflow.exports.confidences import person_confidences, turn_confidences
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.rttm import read_channels
from diarflow.remote import is_remote, shown_location
from diarflow.runs.rows import plan_path, read_row
from diarflow.transcripts.words import Word

_RATE = 16_000  # of prepared audio
_DECIMALS = 6  # of times in RTTM


def read_hypothesis(
    rttm,
    channels: Sequence[str],
    facts: Sequence[str] = (),
    words=None,
    confidence=None,
    speaker_turns=None,
) -> ExportedRecording:
    """Read the hypothesis at `rttm`, and the tables of `words` with their speakers and of `confidence` if there are any.

    If `rttm` has people in place of speakers, `speaker_turns` is the table of the turns of the speakers, which the
    confidences belong to. `channels` are the ids of the channels of a call, or the id of another recording. `facts` are the paths of the facts
    of their prepared audio, none without audio. Paths of audio are absolute. A recording that was set aside has no turns.
    """
    artifact = parse_artifact_path(rttm)
    if artifact is None:
        raise ValueError(f"{rttm}: not the path of an artifact")
    # written before the first job; what it contains does not change without the id or the audio
    row = read_row(plan_path(artifact.corpus), channels[0])
    name, audio = row["reference"]["name"], shown_location(row["audio"]["audio"] or "")
    of_turns = turn_confidences(read_rows(confidence)) if confidence else {}
    rows = read_rows(speaker_turns) if speaker_turns else []
    turns = []
    for channel, of_channel in enumerate(read_channels(rttm, len(channels)), 1):
        values = [of_turns.get((channel, number), 0.0) for number in range(len(of_channel))]
        if speaker_turns:
            values = person_confidences(of_channel, rows, of_turns, channel)
        for turn, value in zip(of_channel, values, strict=True):
            # RTTM has starts and durations, whose sum is not exact
            rounded = turn._replace(end=round(turn.end, _DECIMALS))
            turns.append((rounded, channel, value))
    turns.sort()
    existing = [path for path in facts if Path(path).exists()]
    return ExportedRecording(
        artifact.recording,
        name,
        artifact.variant,
        tuple(turn for turn, *_ in turns),
        _absolute(audio) if audio else "",
        tuple(str(prepared_path(path).absolute()) for path in existing),
        max((read_facts(path)["samples"] for path in existing), default=0) / _RATE,
        tuple(channel for _, channel, _ in turns),
        tuple(Word(*row) for row in read_rows(words)) if words else (),
        tuple(value for *_, value in turns) if confidence else (),
    )


def _absolute(audio: str) -> str:
    return audio if is_remote(audio) else str(Path(audio).absolute())
