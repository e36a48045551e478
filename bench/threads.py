"""Whether two jobs on two cores are in each other's way: one after the other, and both at once.

    .venv/bin/python bench/threads.py > bench/threads.md     # three minutes, on a machine that does nothing else

The stages that work with BLAS, ONNX Runtime or scikit-learn, on ten minutes, as Snakemake starts them: one thread for
each library. Jobs that do not fight take half as long at once as one after the other, and no more CPU-seconds.
"""

import argparse
import datetime
import os
import platform
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from memory import ROOT, STAGES, TILE, measure, prepare

JUDGED = {
    "compute_activations": ["bilstm", "segmentation"],
    "detect_changes": ["divergence"],
    "embed_segments": ["dvector", "campplus"],
    "cluster_segments": ["meanshift", "kmeans", "vbx"],
}
# what these read, in its turn
NEEDED = ["48 kHz, stereo", "webrtc", "segmentation", "none", "classic", "best"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speakers", type=Path, default=ROOT / ".." / "shared/data/speakers")
    speakers = parser.parse_args().speakers
    print("# Two jobs on two cores\n")
    print(f"`bench/threads.py`, {datetime.date.today()}, {platform.platform()}, {os.cpu_count()} cores.")  # fmt: skip
    print(
        "Seconds that two jobs on ten minutes each took, CPU-seconds of both together, and those of them that"
    )
    print("threads beside a job's main one took.\n")
    print(
        "| stage | variant | one after the other | at once | ratio | CPU-s | CPU-s, at once | ratio | other threads |"
    )
    print("|---" * 9 + "|")
    with tempfile.TemporaryDirectory() as root:
        one, other = Path(root, "one"), Path(root, "other")
        one.mkdir()
        prepare(one, TILE / 3600, speakers)
        for number, stage in enumerate(STAGES):
            if stage.variant in JUDGED.get(stage.script, []):
                shutil.copytree(one, other, dirs_exist_ok=True)
                print(
                    f"| {stage.script} | {stage.variant} | {compared(number, one, other)} |",
                    flush=True,
                )
            elif stage.variant in NEEDED:
                measure(number, one)


def compared(number: int, *folders: Path) -> str:
    """Two jobs of a stage: seconds and CPU-seconds, apart and together, and the ratio of each."""
    start = time.monotonic()
    apart = [measure(number, folder) for folder in folders]
    between = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(partial(measure, number), folders))
    end = time.monotonic()
    alone, both = between - start, end - between
    cpu, cpu_both = (sum(job[1] for job in jobs) for jobs in (apart, together))
    print(number, apart, together, file=sys.stderr)
    figures = [
        alone,
        both,
        both / alone,
        cpu,
        cpu_both,
        cpu_both / cpu,
        sum(job[2] for job in together),
    ]
    places = [1, 1, 2, 1, 1, 2, 2]
    return " | ".join(f"{figure:.{n}f}" for figure, n in zip(figures, places, strict=True))


if __name__ == "__main__":
    main()
