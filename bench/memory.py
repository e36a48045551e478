"""Memory and time of every stage by a recording's length: ten minutes, an hour and ten hours through the whole workflow.

    .venv/bin/python bench/memory.py > bench/memory.md     # an hour and a half on a core; it goes on in --folder after a stop

The recordings are a simulated conversation of ten minutes among 20 people, the most that the settings allow, out of
../shared/data/speakers; as often as it takes, under noise that never repeats, in stereo at 48 kHz. `best`, `fast` and `classic`
run on them up to scores and report, and all other variants of `config.yaml` that do other work.

Memory and CPU-seconds are those that each job's log says: the greatest resident set of its process (Linux alone), where pages
of files that are mapped count, though the system may take them back; and the work, without the start of Python.
"""

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import yaml  # noqa: E402

from diarflow.formats.rttm import write_rttm  # noqa: E402
from diarflow.settings.config import STAGES  # noqa: E402
from diarflow.simulation.conversation import simulate  # noqa: E402
from diarflow.simulation.speakers import choose, list_speakers  # noqa: E402
from diarflow.timeline.intervals import Turn  # noqa: E402

TILE, RATE, SPEAKERS = 600, 16_000, 20  # seconds; Hz
GOAL = 1000  # MB, for any stage and ten hours
BEST = ("segmentation", "none", "segmentation", "campplus", "vbx", "join")
SYSTEMS = {
    f"{name}-clustered": dict(zip(STAGES, (*BEST[:4], name, "join"), strict=True))
    for name in ("agglomerative", "spectral", "hdbscan")
}
# what no system of these reads, by its file
FURTHER = ["speech/silero", "changes/divergence", "changes/bilstm", "changes/segmentation"]
SAID = re.compile(r"^INFO: \S+ took ([\d.]+) CPU-seconds, (\d+) MB at most$", re.M)
RULES = [
    "prepare_audio", "compute_activations", "detect_speech", "detect_changes", "detect_overlap", "resegment",
    "embed_segments", "cluster_segments", "build_turns", "write_rttm", "prepare_reference", "score_recording",
]  # fmt: skip


def make(folder: Path, hours: float, speakers: Path) -> None:
    """The recording and its reference, each of the same name as the folder."""
    name = folder.name
    audio, turns = simulate(
        choose(list_speakers(str(speakers)), "test"), number=0, duration=TILE,
        min_speakers=SPEAKERS, max_speakers=SPEAKERS, overlap=True, vary_speed=False, seed=0,
    )  # fmt: skip
    times, random = round(hours * 3600 / TILE), np.random.default_rng(0)
    audio = np.resize(audio * 32_000, (TILE, RATE)).astype(np.int16)
    folder.mkdir()
    with soundfile.SoundFile(folder / "part", "w", 48_000, 2, "PCM_16", format="RF64") as out:
        for second in range(times * TILE):
            noisy = audio[second % TILE] + random.integers(-30, 30, RATE, np.int16)
            out.write(np.repeat(noisy, 6).reshape(-1, 2))
    every = [
        Turn(t.start + n * TILE, t.end + n * TILE, t.speaker) for n in range(times) for t in turns
    ]
    write_rttm(folder / f"{name}.rttm", name, every)
    os.rename(folder / "part", folder / f"{name}.wav")


def run(folder: Path, names: list[str], cores: int = 1) -> None:
    """Everything over these recordings, each a corpus of its own."""
    corpora = [
        {"name": name, "audio": f"{name}/*.wav", "reference": name,
         "systems": ["best", "fast", "classic", "classic-kmeans", *SYSTEMS]}
        for name in names
    ]  # fmt: skip
    counted = {"speaker_count": "estimated", "max_speakers": SPEAKERS}
    config = {"corpora": corpora, "systems": SYSTEMS}
    config["clustering"] = {name: counted for name in ("meanshift", "kmeans")}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    further = [f"results/{name}/{what}/{name}.parquet" for name in names for what in FURTHER]
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        ROOT / "Snakefile",
        "all",
        *further,
    ]
    command += ["--cores", cores, "--configfile", "my.yaml"]
    subprocess.run(list(map(str, command)), cwd=folder, check=True, stdout=sys.stderr)


def read(folder: Path, names: list[str]) -> dict[tuple[str, str], list[tuple[float, int]]]:
    """CPU-seconds and MB by rule and variant, of each recording in turn."""
    found = {}
    for name in names:
        base = folder / "logs" / name
        for rule in RULES:
            for log in sorted((base / rule).rglob("*.log")):
                variant = log.parent.relative_to(base / rule).as_posix().strip(".")
                [(cpu, peak)] = SAID.findall(log.read_text())
                found.setdefault((rule, variant), []).append((float(cpu), int(peak)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, nargs="+", default=[TILE / 3600, 1, 10])
    parser.add_argument("--speakers", type=Path, default=ROOT / ".." / "shared/data/speakers")
    parser.add_argument("--folder", type=Path, help="where all of it is kept, and found again")
    asked = parser.parse_args()
    names = [f"{hours:g}h" if hours >= 1 else f"{round(hours * 60)}min" for hours in asked.hours]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        folder = (asked.folder or Path(temporary)).resolve()
        folder.mkdir(exist_ok=True)
        for name, hours in zip(names, asked.hours, strict=True):
            if not (folder / name).exists():
                make(folder / name, hours, asked.speakers.resolve())
        run(folder, names)
        print("# Memory and time of every stage, by a recording's length\n")
        print(f"`bench/memory.py`, {datetime.date.today()}, {platform.platform()}, ", end="")
        print(f"Python {platform.python_version()}.")
        print(
            f"Recordings of {SPEAKERS} speakers, each through the whole workflow, one thread. MB: the"
        )
        print(
            "greatest resident set, Python and its libraries with it. Growth, from the second longest"
        )
        print(
            "recording to the longest: megabytes for each further hour, and how many times as long"
        )
        print("it takes divided by how many times as long it is.\n")
        print("\n".join(table(read(folder, names), asked.hours, names)))


def table(found: dict, lengths: list[float], names: list[str]):
    columns = [f"{what}, {name}" for what in ("MB", "CPU-s") for name in names]
    yield f"| stage | variant | {' | '.join([*columns, 'MB an hour', 'time by length'])} |"
    yield "|---" * (4 + len(columns)) + "|"
    for (rule, variant), cells in found.items():
        row = [f"{peak}" for _, peak in cells] + [f"{cpu:.1f}" for cpu, _ in cells]
        yield f"| {rule} | {variant} | {' | '.join([*row, *growth(cells, lengths)])} |"
    totals = [sum(cells[at][0] for cells in found.values()) for at in range(len(names))]
    row = [""] * len(names) + [f"{total:.1f}" for total in totals]
    yield f"| **all** | | {' | '.join(row)} | | {totals[-1] / totals[-2] / (lengths[-1] / lengths[-2]):.2f} |"
    most = max(peak for cells in found.values() for _, peak in cells)
    yield f"\nThe most that any stage took is {most} MB; the goal is {GOAL}."


def growth(cells: list[tuple[float, int]], lengths: list[float]) -> list[str]:
    """Megabytes that a further hour takes, and how many times as long it takes as it is longer."""
    (cpu, mb), (more_cpu, more_mb) = cells[-2:]
    hour, hours = lengths[-2:]
    per_hour, longer = (more_mb - mb) / (hours - hour), hours / hour
    return [f"{per_hour:.1f}", f"{more_cpu / cpu / longer:.2f}" if cpu else ""]


if __name__ == "__main__":
    main()
