"""What single jobs cost, against an earlier commit: `python bench/versions.py 994b55c > bench/versions.md`.

994b55c is the last commit before jobs could work on batches. Short made-up recordings go through a system of light stages, with a
job for each recording of each rule, by that commit's workflow and by this tree's, in turns, with the same Python. CPU-seconds (user
and system) of Snakemake and of all that it starts, the least of the repeats.
"""

import argparse
import datetime
import json
import platform
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from runs import snakemake

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from diarflow.simulation.synthetic import synthesize_dialogue  # noqa: E402

SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip


def make(folder: Path, count: int) -> None:
    """So many conversations of half a minute of two speakers, and the settings of the runs."""
    (folder / "audio").mkdir(parents=True)
    for seed in range(count):
        synthesize_dialogue(folder / f"audio/r{seed:03}.wav", seed=seed, speakers=2, turns=8)
    (folder / "one.wav").write_bytes((folder / "audio/r000.wav").read_bytes())
    corpus = {"name": "c", "audio": "audio/*.wav", "systems": ["light"]}
    (folder / "my.yaml").write_text(json.dumps({"corpora": [corpus], "systems": {"light": SYSTEM}}))


def measure(root: Path, count: int) -> dict[str, float]:
    """CPU-seconds of each kind of run."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name, "corpus")
        make(folder, count)
        rttm = ("rttm", "--cores", "1", "--configfile", "my.yaml", "--quiet", "all")
        run = partial(snakemake, folder, *rttm, snakefile=root / "Snakefile")
        found = {"all recordings": run().cpu_seconds, "nothing": run().cpu_seconds}
        (folder / "one.wav").rename(folder / "audio/r999.wav")
        found["one recording more"] = run().cpu_seconds
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("commit")
    parser.add_argument("--recordings", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=2)
    asked = parser.parse_args()
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        before = Path(name, "before")
        subprocess.run([*git, "add", "--quiet", "--detach", before, asked.commit], check=True)
        try:
            found = [
                [measure(root, asked.recordings) for root in (before, ROOT)]
                for _ in range(asked.repeats)
            ]
        finally:
            subprocess.run([*git, "remove", "--force", before], check=True)
    print("# Single jobs, before there were batches and now\n")
    print(f"`python bench/versions.py {asked.commit} --recordings {asked.recordings}`, ", end="")
    print(f"{datetime.date.today()}, ", end="")
    print(f"{platform.system()}, {platform.machine()}. {asked.recordings} recordings of half a")
    print("minute, one core; CPU-seconds of Snakemake and all its jobs.\n")
    print(f"| run | {asked.commit} | now | ratio |\n|---|---|---|---|")
    for kind in found[0][0]:
        old, new = (min(pair[at][kind] for pair in found) for at in (0, 1))
        print(f"| {kind} | {old:.1f} | {new:.1f} | {new / old:.2f} |")


if __name__ == "__main__":
    main()
