"""CPU time of runs with one job for each recording, compared with an earlier commit.

    .venv/bin/python -m bench.speed.versions 994b55c --recordings 8 > bench/results/versions.md

994b55c is the last commit in which every recording had its own jobs. Short generated recordings go through a system of
light stages with `batch_size: 1`, by the workflow of the earlier commit and of this tree in turn, with the same Python.
"""

import argparse
import json
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from bench.page import ROOT, print_heading, print_table
from bench.snakemake_run import snakemake
from diarflow.simulation.synthetic import synthesize_dialogue

TEXT = """
{recordings} recordings of half a minute, a job for each recording and rule, one core. CPU-seconds (user and system time)
of Snakemake and all its jobs: the minimum of {repeats} runs, which alternate between the commits.
"""
SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip


def write_corpus(folder: Path, count: int) -> None:
    """Write conversations of two speakers and half a minute, and the settings."""
    (folder / "audio").mkdir(parents=True)
    for seed in range(count):
        synthesize_dialogue(folder / f"audio/r{seed:03}.wav", seed=seed, speakers=2, turns=8)
    (folder / "one.wav").write_bytes((folder / "audio/r000.wav").read_bytes())
    corpus = {"name": "c", "audio": "audio/*.wav", "systems": ["light"]}
    (folder / "my.yaml").write_text(json.dumps({"corpora": [corpus], "systems": {"light": SYSTEM}}))


def measure(root: Path, count: int) -> dict[str, float]:
    """Return the CPU-seconds of each kind of run, with the workflow in `root`."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name, "corpus")
        write_corpus(folder, count)
        rttm = ("rttm", "--cores", "1", "--configfile", "my.yaml", "--quiet", "all")
        run = partial(snakemake, folder, *rttm, snakefile=root / "Snakefile")
        cpu = {"all recordings": run().cpu_seconds, "no change": run().cpu_seconds}
        (folder / "one.wav").rename(folder / "audio/r999.wav")
        cpu["one recording more"] = run().cpu_seconds
    return cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("commit")
    parser.add_argument("--recordings", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    print_heading("Cost of jobs, compared with an earlier commit", TEXT.format(**vars(options)))
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        before = Path(name, "before")
        subprocess.run([*git, "add", "--quiet", "--detach", before, options.commit], check=True)
        try:
            pairs = [
                [measure(root, options.recordings) for root in (before, ROOT)]
                for _ in range(options.repeats)
            ]
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
    rows = []
    for kind in pairs[0][0]:
        old, new = (min(pair[index][kind] for pair in pairs) for index in (0, 1))
        rows.append([kind, f"{old:.1f}", f"{new:.1f}", f"{new / old:.2f}"])
    print_table(["run", options.commit, "now", "ratio"], rows)


if __name__ == "__main__":
    main()
