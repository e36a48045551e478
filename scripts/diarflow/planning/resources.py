"""How much memory and time a job asks of a cluster. What is asked changes no result and runs nothing again.

Memory follows the longest recording of a batch, since a job holds one at a time; time the sum of all. Both grow
with the attempts at a job. On one machine they say nothing, unless `--resources mem_mb=...` makes a budget.
"""

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from diarflow.timeline.intervals import Seconds

UNKNOWN: Seconds = 600.0  # of a recording whose header tells nothing
_HEADER = 44  # bytes of a WAV's
_BYTES = 2 * 16_000  # of a second of prepared audio
_LEAST = 500  # bytes of a second in the tightest coding of speech
_STARTING = 10  # minutes, on a busy shared disk


class Need(NamedTuple):
    """MB whatever the recording, MB for each hour of the longest, CPU-minutes for an hour of audio."""

    memory: float
    memory_hour: float
    minutes: float


# Of stages above what bench/memory.py measured, of the rest above what runs took: 400 MB for Snakemake's own processes and room to spare; for each hour of audio three
# times the growth or more, since 20 speakers of a reading are not the worst
NEEDS = {
    "simulate_conversations": Need(1200, 500, 10),
    "prepare_audio": Need(600, 0, 1),
    "compute_activations": Need(1100, 200, 2),
    "detect_speech": Need(700, 100, 1),
    "detect_changes": Need(1200, 200, 1),
    "detect_overlap": Need(700, 100, 1),
    "embed_segments": Need(1100, 300, 3),
    "cluster_segments": Need(1000, 300, 2),
    "build_turns": Need(800, 300, 1),
    "score_recording": Need(800, 100, 1),
    # over all recordings, each counted as one of a minute
    "evaluate_changes": Need(1500, 0, 1),
    "report_corpus": Need(1000, 0, 1),
    "report_all": Need(2000, 0, 1),
}
SLOWER = 4  # than where it was measured: old nodes, a disk that many share
# what starting a job on a cluster would cost more than: these run where Snakemake does
LIGHT = {"prepare_reference", "resegment", "write_rttm", "import_rttm"}
# backends of the stages between that read what a network gave, and no audio
READERS = {
    "detect_speech": {"segmentation", "oracle"},
    "detect_changes": {"none", "segmentation", "bilstm", "oracle"},
    "detect_overlap": {"none", "segmentation", "oracle"},
}


def memory(rule: str, lengths: Sequence[Seconds], attempt: int = 1) -> int:
    """MB of a job on recordings of these lengths; twice as much at each further attempt.

    >>> memory("embed_segments", [60, 3600]), memory("embed_segments", [60, 3600], attempt=2)
    (1400, 2800)
    """
    need = NEEDS[rule]
    hours = max(lengths, default=0) / 3600
    return round((need.memory + need.memory_hour * hours) * 2 ** (attempt - 1))


def minutes(rule: str, lengths: Iterable[Seconds], attempt: int = 1) -> int:
    """Minutes that such a job may take; twice as many at each further attempt.

    >>> minutes("embed_segments", [600] * 12), minutes("embed_segments", [600] * 12, attempt=2)
    (34, 68)
    """
    hours = sum(lengths) / 3600
    return round((_STARTING + SLOWER * NEEDS[rule].minutes * hours) * 2 ** (attempt - 1))


def is_light(rule: str, backends: Iterable[str]) -> bool:
    """Whether a rule is done where Snakemake runs, with all of these backends.

    >>> is_light("write_rttm", []), is_light("detect_speech", ["segmentation", "webrtc"])
    (True, False)
    """
    return rule in LIGHT or (rule in READERS and set(backends) <= READERS[rule])


def length(prepared: str) -> Seconds | None:
    """How long prepared audio is; None where there is none, or a recording without a sample."""
    try:
        return max(os.stat(prepared).st_size - _HEADER, 0) / _BYTES or None
    except FileNotFoundError:
        return None


def length_by_header(source: str | None) -> Seconds | None:
    """How long a source says that it is; None where there is no file yet, or one that is no audio and will be set aside."""
    import soundfile

    if not source or not os.path.isfile(source):
        return None
    try:
        said = soundfile.info(source)
    except (soundfile.SoundFileError, TypeError, UnicodeError):
        return None
    size = os.stat(source).st_size
    # a stream's header may claim nothing, a damaged one years
    claimed = said.duration or size / (said.samplerate * said.channels)
    return min(claimed, size / _LEAST)
