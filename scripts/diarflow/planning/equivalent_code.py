"""Declare code equivalent to earlier code, so that no job runs again after a refactoring.

    python -m diarflow.planning.equivalent_code > before.json        # before the refactoring
    python -m diarflow.planning.equivalent_code before.json UNIT ...  # after it

The second command adds the named units to `resources/equivalent_code.json`: the new digest of each, and its digest in
before.json. It removes the entries of code that has changed since.
A unit is a rule ("resegment") or a rule with a backend ("detect_speech/webrtc"); `all` names every unit. Name a unit only
if its results were compared byte by byte before and after the refactoring.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from diarflow.backends import PACKAGE
from diarflow.errors import InputError
from diarflow.planning.code_digest import EQUIVALENT, code_digest, computed_digest
from diarflow.planning.requirements import BACKENDS
from diarflow.planning.rule_variants import RULE_BLOCKS

SCRIPTS = PACKAGE.parent


def units() -> Iterator[tuple[str, tuple[Path, ...]]]:
    """Yield each rule, or each rule with each of its backends, and the source files that it starts from."""
    for script in sorted(SCRIPTS.glob("*.py")):
        block = RULE_BLOCKS.get(script.stem, "embedding" if script.stem == "train_plda" else None)
        if block is None:
            yield script.stem, (script,)
            continue
        for name, backend in BACKENDS[block].items():
            yield f"{script.stem}/{name}", (script, backend.source)


def digests() -> dict[str, str]:
    """Return the digest of each unit, as it is in the provenance of results."""
    return {unit: code_digest(*sources) for unit, sources in units()}


def equivalences(
    before: Mapping[str, str], names: Iterable[str], earlier: Mapping[str, str]
) -> dict[str, str]:
    """Return the computed digest of each named unit with its digest in `before`, if the two differ.

    `earlier` equivalences are kept for the units that are not named and whose code is the same.
    Raises InputError for a name that is no unit.
    """
    computed = {unit: computed_digest(*sources) for unit, sources in units()}
    wanted = set(computed) if "all" in names else set(names)
    if unknown := wanted - set(computed):
        raise InputError(f"{min(unknown)} is not a unit, expected some of {', '.join(computed)}")
    kept = {
        digest: earlier[digest]
        for unit, digest in computed.items()
        if digest in earlier and unit not in wanted
    }
    return kept | {
        computed[unit]: before[unit]
        for unit in wanted
        if unit in before and computed[unit] != before[unit]
    }


def main(arguments: list[str]) -> None:
    if not arguments:
        print(json.dumps(digests(), indent=1))
        return
    before = json.loads(Path(arguments[0]).read_text())
    earlier = json.loads(EQUIVALENT.read_text()) if EQUIVALENT.is_file() else {}
    mapping = equivalences(before, arguments[1:], earlier)
    EQUIVALENT.write_text(json.dumps(dict(sorted(mapping.items())), indent=1) + "\n")
    print(f"{EQUIVALENT}: {len(mapping)} digests of code that is equivalent to earlier code")


if __name__ == "__main__":
    main(sys.argv[1:])
