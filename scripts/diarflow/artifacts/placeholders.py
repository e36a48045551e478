"""Placeholders: valid empty artifacts of recordings that were set aside.

A placeholder contains the name of the rule that failed. When the rule succeeds on the recording, the content of the
artifact changes, and so everything downstream runs again.
"""

from collections.abc import Iterator
from pathlib import Path

from diarflow.artifacts.failures import Failure
from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.sidecars import read_sidecar, sidecar_path, write_sidecar
from diarflow.artifacts.tables import COLUMNS, read_metadata, write_table
from diarflow.atomic import atomic_write
from diarflow.channel_ids import call_id

_ENDINGS = (".wav", ".flac", ".rttm", ".json", ".parquet")  # a sidecar marks its RTTM

# The formats of arrays and audio import NumPy and soundfile, which many jobs do not need: imported where used.


def write_placeholder(kind: str, path, *, recording: str, rule: str) -> None:
    """Write the placeholder of an artifact of a kind, for a recording that `rule` failed on."""
    if kind in COLUMNS:
        write_table(path, kind, metadata={"set_aside": rule})
    elif kind in ("rttm", "reference"):
        from diarflow.formats.rttm import write_rttm

        write_rttm(path, recording, [])
    elif kind == "external":
        with atomic_write(path) as temporary:
            temporary.touch()
    elif kind in ("sidecar", "estimate"):
        write_sidecar(path, set_aside=rule)
    elif kind == "uem":
        from diarflow.formats.uem import write_uem

        write_uem(path, recording, [])
    elif kind == "times":
        from diarflow.artifacts.arrays import write_times

        write_times(path, [], failed_rule=rule, outputs=[])
    elif kind in ("embeddings", "activations"):
        from diarflow.artifacts.arrays import write_array

        write_array(path, [])
    elif kind in ("audio", "call"):
        from diarflow.audio.prepared import write_silence

        with atomic_write(path) as temporary:
            write_silence(temporary)
    elif kind == "facts":
        from diarflow.audio.facts import write_facts

        with atomic_write(path) as temporary:
            write_facts(temporary, {"set_aside": rule, "samples": 0, "notes": []})
    elif kind == "people":
        from diarflow.artifacts.people_turns import write_people_turns

        write_people_turns(path, failed_rule=rule)
    else:
        raise KeyError(f"no placeholder for an artifact of kind {kind}")


def failed_rule(path) -> str | None:
    """Return the rule that failed on the recording of an artifact; None if none did.

    Arrays, RTTM and UEM files cannot contain it; the JSON file beside them does. For an RTTM it is read from its sidecar.
    Prepared audio without samples is a placeholder, since prepare_audio fails on recordings that are too short.
    """
    ending = Path(path).suffix
    if ending == ".parquet":
        return read_metadata(path).get("set_aside")
    artifact = parse_artifact_path(path)
    if artifact is None:
        return None
    if ending == ".json" and artifact.product == "activations":
        from diarflow.artifacts.arrays import read_frame_metadata

        return read_frame_metadata(path).get("set_aside")
    if ending in (".rttm", ".json", ".txt") and artifact.product in (
        "reference",
        "rttm",
        "external",
    ):
        return read_sidecar(sidecar_path(path)).get("set_aside")
    if ending in (".wav", ".flac") and artifact.product in ("audio", "calls"):
        from diarflow.audio.prepared import duration

        return None if duration(path) else "prepare_audio"
    return None


def placeholders_of(failure: Failure, root="results") -> Iterator[Path]:
    """Yield the placeholders that stand for a recording because of a failure, downstream ones included.

    The failure of a channel is also that of its call. A file that cannot be read is no placeholder.
    """
    corpus = Path(root, failure.corpus)
    names = dict.fromkeys([failure.recording, call_id(failure.recording)])
    for folder in sorted([*corpus.glob("*/"), *corpus.glob("*/*/")]):
        for name in names:
            for ending in _ENDINGS:
                path = folder / (name + ending)
                if path.is_file() and _failed_rule_or_none(path) == failure.rule:
                    yield path


def _failed_rule_or_none(path: Path) -> str | None:
    try:
        return failed_rule(path)
    except Exception:  # of any library, for a damaged file
        return None
