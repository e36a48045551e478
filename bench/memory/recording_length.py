"""Memory and CPU time of every stage for recordings of ten minutes, one hour and ten hours.

    .venv/bin/python -m bench.memory.recording_length --folder F > bench/results/recording_length.md

Takes an hour and a half on one core. After an interruption, the same command with the same `--folder` continues.

The recordings are a simulated conversation of ten minutes among 20 speakers (the most that the settings allow) from
../shared/data/speakers, repeated up to their length, with noise that never repeats, in stereo at 48 kHz. The systems
`best`, `fast` and `classic` run up to scores and report, and so do the variants of `config.yaml` that no system uses.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import yaml

from bench.job_logs import read_work
from bench.page import ROOT, print_heading, print_table
from bench.snakemake_run import SPEAKERS
from diarflow.formats.rttm import write_rttm
from diarflow.settings import STAGES
from diarflow.simulation.conversation import simulate_conversation
from diarflow.simulation.speakers import list_speakers, select_speakers
from diarflow.timeline.intervals import Turn

TEXT = """
Conversations of {speakers} speakers through the whole workflow, one thread. *CPU-s*: user and system time of the work on the
recording, without the start of Python, imports and models. *MB*: peak memory of the job's process (resident set), with
Python, libraries and mapped files. Growth, from the second longest recording to the longest: *MB an hour*, and *relative
time*: the ratio of the CPU times divided by the ratio of the lengths.
"""
TILE, RATE, NUM_SPEAKERS = 600, 16_000, 20  # seconds; Hz
GOAL = 1000  # MB, for any stage and ten hours
BEST = ("segmentation", "none", "segmentation", "pooled", "consensus", "join")
SYSTEMS = {
    f"{name}-clustered": dict(zip(STAGES, (*BEST[:4], name, "join"), strict=True))
    for name in ("agglomerative", "spectral", "hdbscan")
}
SYSTEMS["vbx-clustered"] = SYSTEMS["spectral-clustered"] | {
    "embedding": "campplus",
    "clustering": "vbx",
}
ALL_SYSTEMS = ["best", "fast", "classic", "classic-kmeans", *SYSTEMS]
# results of variants that none of these systems uses
FURTHER = ["speech/silero", "changes/divergence", "changes/bilstm", "changes/segmentation"]
RULES = [
    "prepare_audio", "compute_activations", "detect_speech", "detect_changes", "detect_overlap", "resegment",
    "embed_segments", "cluster_segments", "build_turns", "write_rttm", "prepare_reference", "score_recording",
]  # fmt: skip
# CPU-seconds and MB of each recording, by rule and variant
Costs = dict[tuple[str, str], list[tuple[float, int]]]


def write_recording(folder: Path, hours: float, speakers: Path) -> None:
    """Write audio and reference with the name of the folder."""
    name = folder.name
    audio, turns = simulate_conversation(
        select_speakers(list_speakers(str(speakers)), "test"), number=0, duration=TILE,
        min_speakers=NUM_SPEAKERS, max_speakers=NUM_SPEAKERS, overlap=True, vary_speed=False, seed=0,
    )  # fmt: skip
    repeats, random = round(hours * 3600 / TILE), np.random.default_rng(0)
    audio = np.resize(audio * 32_000, (TILE, RATE)).astype(np.int16)
    folder.mkdir()
    with soundfile.SoundFile(folder / "part", "w", 48_000, 2, "PCM_16", format="RF64") as file:
        for second in range(repeats * TILE):
            noisy = audio[second % TILE] + random.integers(-30, 30, RATE, np.int16)
            file.write(np.repeat(noisy, 6).reshape(-1, 2))
    reference = [
        Turn(t.start + n * TILE, t.end + n * TILE, t.speaker) for n in range(repeats) for t in turns
    ]
    write_rttm(folder / f"{name}.rttm", name, reference)
    os.rename(folder / "part", folder / f"{name}.wav")


def run(folder: Path, names: list[str], systems: list[str], cores: int = 1) -> None:
    """Run the workflow over the recordings, each a corpus. With all systems, also run the other variants."""
    corpora = [
        {"name": name, "audio": f"{name}/*.wav", "reference": name,
         "systems": systems}
        for name in names
    ]  # fmt: skip
    estimated = {"speaker_count": "estimated", "max_speakers": NUM_SPEAKERS}
    config = {"corpora": corpora, "systems": SYSTEMS}
    config["clustering"] = dict.fromkeys(("meanshift", "kmeans"), estimated)
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    variants = FURTHER if systems == ALL_SYSTEMS else []
    further = [f"results/{name}/{path}/{name}.parquet" for name in names for path in variants]
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command = [*snakemake, "all", *further, "--cores", cores, "--configfile", "my.yaml"]
    subprocess.run(list(map(str, command)), cwd=folder, check=True, stdout=sys.stderr)


def read_costs(folder: Path, names: list[str]) -> Costs:
    costs: Costs = {}
    for name in names:
        base = folder / "logs" / name
        for rule in RULES:
            for log in sorted((base / rule).rglob("*.log")):
                variant = log.parent.relative_to(base / rule).as_posix().strip(".")
                [work] = read_work(log)
                costs.setdefault((rule, variant), []).append((work.cpu_seconds, work.megabytes))
    return costs


def table_rows(costs: Costs, lengths: list[float]) -> Iterator[list[str]]:
    """Yield a row for each rule and variant, and one for all."""
    for (rule, variant), cells in costs.items():
        row = [str(peak) for _, peak in cells] + [f"{cpu:.1f}" for cpu, _ in cells]
        yield [rule, variant, *row, *growth(cells, lengths)]
    totals = [sum(cells[index][0] for cells in costs.values()) for index in range(len(lengths))]
    relative = totals[-1] / totals[-2] / (lengths[-1] / lengths[-2])
    empty = [""] * len(lengths)
    yield ["**all**", "", *empty, *(f"{total:.1f}" for total in totals), "", f"{relative:.2f}"]


def growth(cells: list[tuple[float, int]], lengths: list[float]) -> list[str]:
    """Return MB for each further hour, and the growth of the CPU time relative to that of the length."""
    (cpu, mb), (more_cpu, more_mb) = cells[-2:]
    hour, hours = lengths[-2:]
    mb_per_hour, ratio = (more_mb - mb) / (hours - hour), hours / hour
    return [f"{mb_per_hour:.1f}", f"{more_cpu / cpu / ratio:.2f}" if cpu else ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, nargs="+", default=[TILE / 3600, 1, 10])
    parser.add_argument("--systems", nargs="+", default=ALL_SYSTEMS)
    parser.add_argument("--speakers", type=Path, default=SPEAKERS)
    parser.add_argument("--folder", type=Path, help="keep recordings and results here")
    options = parser.parse_args()
    names = [f"{hours:g}h" if hours >= 1 else f"{round(hours * 60)}min" for hours in options.hours]
    print_heading("Memory and time by the length of recordings", TEXT.format(speakers=NUM_SPEAKERS))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(exist_ok=True)
        for name, hours in zip(names, options.hours, strict=True):
            if not (folder / name).exists():
                write_recording(folder / name, hours, options.speakers.resolve())
        run(folder, names, options.systems)
        costs = read_costs(folder, names)
    units = [f"{unit}, {name}" for unit in ("MB", "CPU-s") for name in names]
    print_table(
        ["stage", "variant", *units, "MB an hour", "relative time"],
        table_rows(costs, options.hours),
    )
    peak = max(peak for cells in costs.values() for _, peak in cells)
    print(f"\nThe largest peak memory of a stage is {peak} MB. The goal is {GOAL} MB.")


if __name__ == "__main__":
    main()
