"""Examples for the training of a calibrator, from the artifacts of recordings."""

import re
from pathlib import Path

from diarflow.artifacts.placeholders import failed_rule
from diarflow.confidence.tables import read_evidence
from diarflow.formats.rttm import read_channels
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.training.confidence import Example, make_example


def read_example(group: str, *, corpus: str, recording: str, system: str) -> Example | None:
    """Return the example of a system on a recording that is not a call.

    None if the recording was set aside, or if reference or turns have no speech.
    """
    folder = Path("results", corpus)
    evidence = folder / "evidence" / system / f"{recording}.parquet"
    reference = folder / "reference" / f"{recording}.rttm"
    if failed_rule(evidence) or failed_rule(reference):
        return None
    uem, sidecar = (reference.with_suffix(ending) for ending in (".uem", ".json"))
    [turns] = read_channels(folder / "rttm" / system / f"{recording}.rttm", 1)
    channels = read_evidence(evidence).channels
    return make_example(
        group, channels[0], turns, read_prepared_reference(reference, uem, sidecar, recording)
    )


def group_of(pattern: str | None, recording: str) -> str:
    """Return the match of a regular expression at the start of a recording id; the id itself without a match.

    >>> group_of(r"[A-Z]+\\d+", "EN2001a_0000"), group_of(None, "EN2001a_0000")
    ('EN2001', 'EN2001a_0000')
    """
    match = re.match(pattern, recording) if pattern else None
    return match[0] if match and match[0] else recording
