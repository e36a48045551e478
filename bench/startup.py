"""What each rule's script costs before its own work: CPU-seconds of Python, and of the library it works with.

    .venv/bin/python bench/startup.py [--runs 5] > docs/performance.md

The first column is a Python that imports what the script imports; the second what the backend adds once
there is something to do, since libraries that are slow to import are imported then.
"""

import argparse
import ast
import datetime
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
MFCC = "import librosa, numpy; librosa.feature.mfcc(y=numpy.zeros(2048), sr=16000, n_mfcc=12)"
FIRST_USE = {
    "prepare_audio": ("soxr, where the rate is not 16 kHz", "import soxr"),
    "detect_speech": ("webrtcvad", "import diarflow.speech.webrtc"),
    "detect_changes": ("librosa", f"import diarflow.changes.divergence; {MFCC}"),
    "embed_segments": (
        "librosa, ONNX Runtime, the model",
        "from diarflow.networks.onnx import session; session('dvector.onnx'); " + MFCC,
    ),
    "cluster_segments": ("scikit-learn, from two windows on", "import sklearn.cluster"),
    "build_turns": ("nothing", "import diarflow.turns.join"),
}


def imports(script: Path) -> str:
    """The import statements of a script, as a program."""
    tree = ast.parse(script.read_text())
    found = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in found)


def cpu_seconds(program: str, runs: int) -> float:
    """Median user and system time of a Python that runs `program`, after one run that warms up."""
    environment = dict(os.environ, PYTHONPATH=str(SCRIPTS), OMP_NUM_THREADS="1")
    taken = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(taken[1:])


def _more(program: str, use: str, start: float, runs: int) -> str:
    """What the first use of a library adds, as text; nothing where there is none."""
    return f"{max(0.0, cpu_seconds(program + chr(10) + use, runs) - start):.2f}" if use else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    bare = cpu_seconds("pass", runs)
    print("# What a job costs before its own work\n")
    print(f"`.venv/bin/python bench/startup.py`, {datetime.date.today()}, {platform.platform()},")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores. CPU-seconds, the median of")
    print(
        f"{runs} runs; a Python that does nothing takes {bare:.2f}. Snakemake's own part of a job is not in it.\n"
    )
    print("| rule | starting | + its library | which |")
    print("|---|---|---|---|")
    for script in sorted(SCRIPTS.glob("*.py")):
        program = imports(script)
        start = cpu_seconds(program, runs)
        library, use = FIRST_USE.get(script.stem, ("", ""))
        more = _more(program, use, start, runs)
        print(f"| {script.stem} | {start:.2f} | {more} | {library} |", flush=True)


if __name__ == "__main__":
    main()
