"""Failure records: which recordings were set aside, at which rule, and why.

Each record is a JSON file `results/{corpus}/failures/{rule}/{variant}/{recording}.json`. It is removed when the
rule succeeds on the recording.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from diarflow.atomic import ASIDE, atomic_write, move_folder_aside, remove_own

# rules that process only recordings with a reference
REFERENCE_RULES = {"prepare_reference", "score_recording"}


class Failure(NamedTuple):
    """Failure of a rule on a recording. `reason` may have several lines; `log` is the path of the job's log."""

    corpus: str
    rule: str
    variant: str
    recording: str
    reason: str
    log: str

    def path(self, root="results") -> Path:
        """Path of the failure record."""
        return failure_path(self.corpus, self.rule, self.variant, self.recording, root)


def failure_path(corpus: str, rule: str, variant: str, recording: str, root="results") -> Path:
    """Return the path of a failure record. A rule without variants has no folder for one.

    >>> failure_path("ami", "detect_speech", "webrtc", "ES2003a").as_posix()
    'results/ami/failures/detect_speech/webrtc/ES2003a.json'
    """
    return Path(root, corpus, "failures", rule, variant, f"{recording}.json")


def read_failure(path, root="results") -> Failure:
    """Read a failure record.

    The path gives corpus, rule, variant and recording. A record that is damaged or of another version has an empty log,
    and its reason names the file.
    """
    corpus, _, rule, *variant, _ = Path(path).relative_to(root).parts
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        reason, log = content["reason"], content["log"]
        if not (isinstance(reason, str) and isinstance(log, str)):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        reason, log = f"{path}: the failure record is damaged; `snakemake retry` removes it", ""
    return Failure(corpus, rule, "/".join(variant), Path(path).stem, reason, log)


def write_failure(failure: Failure, root="results") -> None:
    """Write a failure record."""
    with atomic_write(failure.path(root)) as temporary:
        temporary.write_text(json.dumps(failure._asdict(), indent=1) + "\n")


def of_calls(failures: Iterable[Failure], calls: Mapping[str, str]) -> Iterator[Failure]:
    """Yield the failures of channels as failures of their calls, and other failures as they are.

    `calls` maps the id of a channel to that of its call. The reason names the channel.

    >>> failure = Failure("c", "prepare_audio", "", "call_ch2", "no samples", "a.log")
    >>> [(call.recording, call.reason) for call in of_calls([failure], {"call_ch2": "call"})]
    [('call', 'call_ch2: no samples')]
    """
    for failure in failures:
        if call := calls.get(failure.recording):
            reason = f"{failure.recording}: {failure.reason}"
            failure = failure._replace(recording=call, reason=reason)
        yield failure


def remove_failure(corpus: str, rule: str, variant: str, recording: str, root="results") -> None:
    """Remove a failure record, if there is one. A folder in its place is renamed and kept."""
    path = failure_path(corpus, rule, variant, recording, root)
    move_folder_aside(path)
    remove_own(path)


def failure_records(corpus: str, root="results") -> list[Path]:
    """Return the paths of all failure records of a corpus, or of all with `*`, sorted."""
    paths = (
        path
        for folder in Path(root).glob(f"{corpus}/failures")
        for path in folder.glob("*/**/*.json")
    )
    return sorted(path for path in paths if _is_record(path.relative_to(root)))


def _is_record(path: Path) -> bool:
    """Return False for a file in a folder that is in place of a record."""
    return not any(parent.suffix == ".json" or ASIDE in parent.name for parent in path.parents)


def read_failures(
    corpus: str,
    variants: Mapping[str, Collection[str]],
    recordings: Mapping[str, bool],
    root="results",
) -> Iterator[Failure]:
    """Yield the failures of a corpus that concern the current configuration, sorted by path.

    `variants` holds the variants in use of each rule. `recordings` holds, by recording id, whether the recording
    has a reference. Failures of rules that need a reference are left out for recordings without one.
    """
    for path in failure_records(corpus, root):
        failure = read_failure(path, root)
        needed = recordings.get(failure.recording) or failure.rule not in REFERENCE_RULES
        used = failure.variant in variants.get(failure.rule, ())
        if failure.recording in recordings and needed and used:
            yield failure
