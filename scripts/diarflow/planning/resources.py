"""Memory and time that a job requests from a cluster. They change no result and re-run nothing.

Memory follows the longest recording of a batch, since a job works on one recording at a time. Time follows the
sum of all durations. Both double with each attempt. On a single machine they only matter with
`--resources mem_mb=...`.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from diarflow.audio.facts import header_samples, read_facts
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

UNKNOWN_DURATION: Seconds = 600.0  # of a recording whose header gives none
_BYTES_PER_SECOND = 2 * 16_000  # of prepared audio
_FEWEST_BYTES_PER_SECOND = 500  # of the most compact speech codec
_START_MINUTES = 10  # of a job, on a busy shared file system
_SLOWDOWN = 4  # of an old node with a shared file system, relative to the machine of bench/memory


class Demand(NamedTuple):
    """Demand of a rule's script: MB of any job, MB for each hour of the longest recording, CPU-minutes for each hour of audio."""

    memory: float
    memory_per_hour: float
    minutes_per_hour: float


# MB that a job holds besides its script: two processes of Snakemake, 170 MB each, SLURM's own, and the process that
# starts a child for each recording after a first attempt has died. The child has its own copy of what both change.
_MACHINERY = 600
# Of the script and its models. Stages: above what bench/memory/recording_length.py measures. The growth with the
# duration is three times what was measured, since 20 speakers are not the worst case.
DEMANDS = {
    "simulate_conversations": Demand(800, 500, 10),
    "prepare_audio": Demand(200, 0, 1),
    "compute_activations": Demand(700, 200, 2),
    "detect_speech": Demand(300, 100, 1),
    "detect_changes": Demand(800, 200, 1),
    "detect_overlap": Demand(300, 100, 1),
    "embed_segments": Demand(700, 300, 3),
    "cluster_segments": Demand(600, 300, 2),
    "build_turns": Demand(400, 300, 1),
    "run_command": Demand(4000, 1000, 30),
    "run_pipeline": Demand(3000, 1000, 30),
    "collect_evidence": Demand(400, 300, 1),
    "join_channels": Demand(200, 0, 1),
    "score_recording": Demand(400, 100, 1),
    "export_cuts": Demand(300, 100, 1),
    # rules over all recordings, each counted as one minute
    "evaluate_changes": Demand(1100, 0, 1),
    "report_corpus": Demand(600, 0, 1),
    "report_all": Demand(1600, 0, 1),
    "bundle_report": Demand(200, 0, 1),
    "link_speakers": Demand(800, 0, 1),
}


def memory_mb(rule: str, durations: Sequence[Seconds], attempt: int = 1) -> int:
    """Return the MB that a job on recordings of these durations requests.

    >>> memory_mb("embed_segments", [60, 3600]), memory_mb("embed_segments", [60, 3600], attempt=2)
    (1600, 3200)
    """
    demand = DEMANDS[rule]
    hours = max(durations, default=0) / 3600
    memory = _MACHINERY + demand.memory
    return round((memory + demand.memory_per_hour * hours) * 2 ** (attempt - 1))


def runtime_minutes(rule: str, durations: Iterable[Seconds], attempt: int = 1) -> int:
    """Return the minutes that a job on recordings of these durations requests.

    >>> runtime_minutes("embed_segments", [600] * 12), runtime_minutes("embed_segments", [600] * 12, attempt=2)
    (34, 68)
    """
    hours = sum(durations) / 3600
    work = _SLOWDOWN * DEMANDS[rule].minutes_per_hour * hours
    return round((_START_MINUTES + work) * 2 ** (attempt - 1))


def prepared_duration(path: str) -> Seconds | None:
    """Return the duration of prepared audio by its header; None if it does not exist, is empty or is damaged.

    Of audio that was removed or has another format, it is the duration in the facts.
    """
    try:
        try:
            samples = header_samples(path)
        except FileNotFoundError:
            samples = read_facts(path).get("samples", 0)
        return 2 * samples / _BYTES_PER_SECOND or None
    except (OSError, InputError):
        return None


def header_duration(path: str | None) -> Seconds | None:
    """Return the duration that the header of an audio file claims; None if there is no readable file."""
    if not path or not os.path.isfile(path):
        return None
    try:
        import soundfile
    except ModuleNotFoundError:  # with conda, the environment of the rule has it
        return None
    try:
        with _silent_decoder():
            info = soundfile.info(path)
    except (soundfile.SoundFileError, TypeError, UnicodeError):
        return None
    size = os.stat(path).st_size
    # the header of a stream may claim nothing, a damaged one years
    claimed = info.duration or size / (info.samplerate * info.channels)
    return min(claimed, size / _FEWEST_BYTES_PER_SECOND)


@contextmanager
def _silent_decoder() -> Iterator[None]:
    """Discard what a library writes to standard error: the MP3 decoder warns there of headers, without a file name."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
