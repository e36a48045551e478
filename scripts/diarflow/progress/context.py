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

    `batches` maps the name of a batch's rule to its corpus and the ids of its recordings. `plans` maps the prefix of each
    module to its recordings and failures; without modules there is one, "".
    """

    recordings: int = 0
    failures: Callable[[], Iterable[Failure]] = _no_failures
    batches: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    plans: dict[str, tuple[int, Callable[[], Iterable[Failure]]]] = field(default_factory=dict)


current = RunContext()


def set_context(
    recordings: int, failures: Callable[[], Iterable[Failure]], prefix: str = ""
) -> None:
    """Describe the plan of this process, or that of a module with a prefix."""
    global current
    plans = current.plans | {prefix: (recordings, failures)}

    def all_failures() -> Iterable[Failure]:
        return [failure for _, of_plan in plans.values() for failure in of_plan()]

    count = sum(of_plan for of_plan, _ in plans.values())
    current = RunContext(count, all_failures, current.batches, plans)


def add_batch(rule: str, corpus: str, recordings: list[str]) -> None:
    """Describe the batch of a rule."""
    current.batches[rule] = (corpus, recordings)
