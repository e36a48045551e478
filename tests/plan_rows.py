"""Plan files with the row of one recording, for tests of the scripts of rules."""

from pathlib import Path

from diarflow.runs.rows import row_line


def write_plan(id="a", **parts):
    """Write `plan.jsonl` with the row of a recording, and return its path as the input of a job.

    A part whose name contains a slash is given with `__` in its place.
    """
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    Path("plan.jsonl").write_bytes(row_line(id, named))
    return {"plan": "plan.jsonl"}
