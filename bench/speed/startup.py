"""CPU time of each rule's script before its work: Python, imports, and the first use of large libraries.

.venv/bin/python -m bench.speed.startup > bench/results/startup.md
"""

import argparse
import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import measure
from bench.page import ROOT, print_heading, print_table

TEXT = """
CPU-seconds (user and system time), the median of {runs} runs. *start*: a Python that imports the modules of the script;
a Python that does nothing takes {empty:.2f}. *first use*: added by libraries that the backends of `classic` import only
when they have work. Snakemake's own part of a job is not included.
"""
SCRIPTS = ROOT / "scripts"
MEL = "import numpy; from diarflow.audio.mel import mel_power; mel_power(numpy.zeros(2048), frame=400, hop=160)"
FIRST_USE = {
    "prepare_audio": ("soxr, if the rate is not 16 kHz", "import soxr"),
    "detect_speech": ("webrtcvad", "import diarflow.speech.webrtc"),
    "detect_changes": (
        "SciPy, the mel filters of librosa",
        f"import diarflow.changes.divergence; {MEL}",
    ),
    "embed_segments": (
        "SciPy, the mel filters of librosa, ONNX Runtime, the model",
        "from diarflow.networks.onnx import session; session('dvector.onnx'); " + MEL,
    ),
    "cluster_segments": ("scikit-learn, for two windows or more", "import sklearn.cluster"),
}


def import_statements(script: Path) -> str:
    """Return the import statements of a script as a program."""
    nodes = ast.parse(script.read_text()).body
    return "\n".join(ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom))


def cpu_seconds(program: str, runs: int) -> float:
    """Return the median CPU time of a Python that runs `program`, after one run that fills the caches."""
    seconds = []
    for _ in range(runs + 1):
        cost = measure([sys.executable, "-c", program])
        if cost.status:
            raise SystemExit(f"status {cost.status} of the program:\n{program}")
        seconds.append(cost.cpu_seconds)
    return statistics.median(seconds[1:])


def table_rows(runs: int) -> Iterator[list[str]]:
    """Yield a row for each script."""
    for script in sorted(SCRIPTS.glob("*.py")):
        program = import_statements(script)
        start = cpu_seconds(program, runs)
        libraries, use = FIRST_USE.get(script.stem, ("", ""))
        more = ""
        if use:
            with_use = cpu_seconds(program + "\n" + use, runs)
            more = f"{max(0.0, with_use - start):.2f}"
        yield [script.stem, f"{start:.2f}", more, libraries]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print_heading("Cost of a job's start", TEXT.format(runs=runs, empty=cpu_seconds("pass", runs)))
    print_table(["rule", "start", "first use", "libraries"], table_rows(runs))


if __name__ == "__main__":
    main()
