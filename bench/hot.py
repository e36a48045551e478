"""Where the time of the heaviest jobs of `best` goes: `python bench/hot.py > bench/hot.md`.

The segmentation network and both embeddings work on minutes of noise in which somebody speaks all the time; what is heard changes
nothing about the work. CPU-seconds of one thread, for an hour of audio: reading, features, the network, and the rest.
"""

import argparse
import datetime
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import yaml  # noqa: E402
from inference import timed  # noqa: E402

from diarflow.audio.prepared import SAMPLE_RATE, Clip  # noqa: E402
from diarflow.embedding import EMBEDDERS, campplus  # noqa: E402
from diarflow.embedding.windows import place_windows  # noqa: E402
from diarflow.networks import NETWORKS, segmentation  # noqa: E402
from diarflow.timeline.intervals import Interval  # noqa: E402

PARTS = ("reading", "features", "network")


class Timed:
    """A session of ONNX Runtime whose runs are counted."""

    def __init__(self, session, taken: dict[str, float]):
        self.run = session.run
        timed(self, "run", taken, "network")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())
    seconds = 60 * asked.minutes
    taken: dict[str, float] = {}
    timed(Clip, "read", taken, "reading")
    timed(campplus, "filterbank", taken, "features")
    for module in (segmentation, campplus):
        module.session = lambda model, made=module.session: Timed(made(model), taken)

    def activate(path):
        chosen = settings["networks"]["segmentation"]
        return NETWORKS["segmentation"].load(**chosen), lambda work: work(path)

    def embed(name):
        def made(path):
            chosen = settings["embedding"][name]
            said = [Interval(0.0, seconds)]
            windows = place_windows(said, [], duration=seconds, **chosen)
            return EMBEDDERS["campplus"].load(**chosen), lambda work: work(path, windows)

        return made

    print("# Where the time of the heaviest jobs goes\n")
    print(
        f"`bench/hot.py`, {datetime.date.today()}, {platform.platform()}. CPU-seconds for an hour"
    )
    print(f"of audio, one thread; the least of {asked.runs} runs over {asked.minutes:g} minutes, models loaded.\n")  # fmt: skip
    print("| job | " + " | ".join(PARTS) + " | the rest | all | network |\n|" + "---|" * 7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "noise.wav")
        noise = np.random.default_rng(0).normal(0, 0.05, round(seconds * SAMPLE_RATE))
        soundfile.write(path, noise.astype(np.float32), SAMPLE_RATE, "PCM_16")
        for said, made in (
            ("segmentation network", activate),
            ("campplus", embed("campplus")),
            ("campplus-short", embed("campplus-short")),
        ):
            work, do = made(path)
            runs = []
            for _ in range(asked.runs):
                taken.clear()
                begun = time.process_time()
                do(work)
                whole = time.process_time() - begun
                parts = [taken.get(part, 0.0) for part in PARTS]
                runs.append((whole, [*parts, whole - sum(parts)]))
            whole, parts = min(runs)
            figures = [f"{60 / asked.minutes * one:.1f}" for one in (*parts, whole)]
            print(f"| {said} | {' | '.join(figures)} | {100 * parts[2] / whole:.0f} % |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
