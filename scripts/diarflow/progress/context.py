"""Facts about the plan of this process, for the logger: the recordings of each batch, and what was set aside.

Snakemake's messages contain only the names of rules. Planning sets the context, and the logger reads it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from diarflow.artifacts.failures import Failure


def _no_failures() -> Iterable[Failure]:
    return []


@dataclass
class RunContext:
    """Plan of a run, as far as its progress needs it.

    `batches` maps the name of a batch's rule to its corpus and the ids of its recordings.
    """

    recordings: int = 0
    failures: Callable[[], Iterable[Failure]] = _no_failures
    batches: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


current = RunContext()


def set_context(recordings: int, failures: Callable[[], Iterable[Failure]]) -> None:
    """Describe the plan of this process."""
    global current
    current = RunContext(recordings, failures, current.batches)


def add_batch(rule: str, corpus: str, recordings: list[str]) -> None:
    """Describe the batch of a rule."""
    current.batches[rule] = (corpus, recordings)
