"""The hypothesis of a recording, from its artifacts."""

from pathlib import Path

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.audio.facts import read_facts
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.rttm import read_turns
from diarflow.planning.recording_files import read_row
from diarflow.timeline.intervals import Turn

_RATE = 16_000  # of prepared audio
_DECIMALS = 6  # of times in RTTM


def read_hypothesis(rttm, facts=None) -> ExportedRecording:
    """Read the hypothesis at `rttm`, and the facts of its prepared audio if it has any.

    Paths of audio are absolute. A recording that was set aside has no turns.
    """
    artifact = parse_artifact_path(rttm)
    if artifact is None:
        raise ValueError(f"{rttm}: not the path of an artifact")
    # written before the first job; what it contains does not change without the id or the audio
    row = read_row(Path("results", artifact.corpus, "recordings", f"{artifact.recording}.json"))
    audio = str(Path(row["audio"]).absolute()) if row["audio"] else ""
    prepared, duration = "", 0.0
    if facts and Path(facts).exists():
        prepared = str(Path(facts).with_suffix(".wav").absolute())
        duration = read_facts(facts)["samples"] / _RATE
    # RTTM has starts and durations, whose sum is not exact
    turns = tuple(
        Turn(turn.start, round(turn.end, _DECIMALS), turn.speaker)
        for turn in sorted(read_turns(rttm))
    )
    return ExportedRecording(
        artifact.recording, row["name"], artifact.variant, turns, audio, prepared, duration
    )
