"""Command `diarflow forget`: remove a person from the results in a folder."""

import sys
from pathlib import Path

from diarflow.errors import InputError
from diarflow.linking.forget import forget
from diarflow.progress.state_file import read_state


def forget_person(folder: str, name: str) -> int:
    """Remove a person, print the files, and return the exit status: 1 if no file contains the person."""
    results = Path(folder, "results")
    if not results.is_dir():
        raise InputError(f"{results}: does not exist, expected the folder of a run")
    state = read_state(folder)
    if state is not None and state.is_alive:
        raise InputError(f"{folder}: a run is at work; forget the person when it has ended")
    files = forget(results, name)
    for path in files:
        print(f"removed: {path}" if not path.exists() else f"changed: {path}")
    if not files:
        print(f"{results}: no person is named {name}", file=sys.stderr)
        return 1
    print(
        f"Also remove the recordings of {name} from the known people (speakers.known), or the next run enrols {name} again. "
        "Copies of the report and *.aside files are not searched."
    )
    return 0
