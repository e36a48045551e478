"""The ledger of failures: which recordings were set aside, at which rule, and why.

One JSON file each, `results/{corpus}/failures/{rule}/{variant}/{recording}.json`, removed when the rule
succeeds on that recording.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from diarflow.atomic import written_whole

# rules that work only where there is a reference
OF_REFERENCES = {"prepare_reference", "score_recording"}


class Failure(NamedTuple):
    corpus: str
    rule: str
    variant: str
    recording: str
    reason: str
    log: str

    def path(self, root="results") -> Path:
        return entry(self.corpus, self.rule, self.variant, self.recording, root)


def entry(corpus: str, rule: str, variant: str, recording: str, root="results") -> Path:
    """Where the ledger keeps a failure; a rule without variants has no folder for one.

    >>> entry("ami", "detect_speech", "webrtc", "ES2003a").as_posix()
    'results/ami/failures/detect_speech/webrtc/ES2003a.json'
    """
    return Path(root, corpus, "failures", rule, variant, f"{recording}.json")


def read_failure(path) -> Failure:
    return Failure(**json.loads(Path(path).read_text()))


def write_failure(failure: Failure, root="results") -> None:
    with written_whole(failure.path(root)) as beside:
        beside.write_text(json.dumps(failure._asdict(), indent=1) + "\n")


def remove_failure(corpus: str, rule: str, variant: str, recording: str, root="results") -> None:
    entry(corpus, rule, variant, recording, root).unlink(missing_ok=True)


def read_failures(
    corpus: str,
    variants: Mapping[str, Collection[str]],
    recordings: Mapping[str, bool],
    root="results",
) -> Iterator[Failure]:
    """Failures of a corpus, in order, of what is still asked for.

    That is: of each rule's `variants` in use, of the `recordings` there are and, where it is about their
    reference, that have one (the value).
    """
    for path in sorted(Path(root, corpus, "failures").rglob("*.json")):
        failure = read_failure(path)
        needed = recordings.get(failure.recording) or failure.rule not in OF_REFERENCES
        used = failure.variant in variants.get(failure.rule, ())
        if failure.recording in recordings and needed and used:
            yield failure
