"""The peak memory and the CPU-seconds of every stage of `best`, `fast` and `classic`, by a recording's length.

    .venv/bin/python bench/memory.py > bench/memory.md     # 20 CPU-minutes; with --whole 10 more than an hour

Each stage's script runs in a process of its own on one recording, as Snakemake would run it, every variant of
`config.yaml` that does other work than the rest. The recording is a simulated conversation of ten minutes among
20 people, the most that the settings allow, out of ../shared/data/speakers; as often as it takes, under noise that never
repeats. On recordings longer than `--whole` hours the networks that would take longest work on their
first 600 chunks or windows only, and after those give the same answers once more, 1 % louder or quieter (rows
marked *): what a network itself needs is that of a batch, whatever the length, and all else of the stage is as it is.

Memory is the greatest resident set (VmHWM, so Linux alone): pages of files that are mapped count, though the system may take
them back.
"""

import argparse
import datetime
import json
import os
import platform
import re
import resource
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import yaml  # noqa: E402

TILE, RATE, SPEAKERS = 600, 16_000, 20  # seconds; Hz
GOAL = 1000  # MB, for any stage and ten hours
KEPT = 600  # answers of a network


class Stage(NamedTuple):
    """A script, the files that it reads and writes, and the variant that says how."""

    script: str
    block: str | None
    variant: str
    input: dict[str, str]
    output: dict[str, str]


CHANGES = {"audio": "audio.wav", "activations": "bilstm.npy", "times": "bilstm.json"}
RTTM = {"reference": "reference.rttm", "uem": "reference.uem", "rttm": "rttm.rttm"}


def _chunks(network: str = "segmentation") -> dict[str, str]:
    return {"activations": f"{network}.npy", "times": f"{network}.json"}


def _found(name: str) -> dict[str, str]:
    return {"candidates": f"{name}-candidates.parquet", "changes": f"{name}-changes.parquet"}


def _vectors(name: str) -> dict[str, str]:
    return {"embeddings": f"{name}.npy", "windows": f"{name}.parquet"}


def _network(name: str) -> Stage:
    return Stage("compute_activations", "networks", name, {"audio": "audio.wav"}, _chunks(name))


def _speech(name: str, **more: str) -> Stage:
    files = {"audio": "audio.wav"} | more
    return Stage("detect_speech", "speech", name, files, {"speech": f"{name}-speech.parquet"})


def _overlap(name: str, **more: str) -> Stage:
    files = {"audio": "audio.wav"} | more
    return Stage("detect_overlap", "overlap", name, files, {"overlap": f"{name}-overlap.parquet"})


def _segments(of: str, speech: str, changes: str) -> Stage:
    files = {"speech": f"{speech}-speech.parquet", "changes": f"{changes}-changes.parquet"}
    return Stage("resegment", "segments", of, files, {"segments": f"{of}-segments.parquet"})


def _embedding(name: str, of: str, overlap: str, **more: str) -> Stage:
    files = {"audio": "audio.wav", "segments": f"{of}-segments.parquet"}
    files |= {"overlap": f"{overlap}-overlap.parquet"}
    return Stage("embed_segments", "embedding", name, files | more, _vectors(name))


def _clustering(name: str, embedding: str) -> Stage:
    files = _vectors(embedding) | {"row": "counts.json"}
    return Stage("cluster_segments", "clustering", name, files, {"clusters": f"{name}-clusters.parquet"})  # fmt: skip


def _turns(name: str, of: str, overlap: str, embedding: str, clusters: str, **more: str) -> Stage:
    files = _vectors(embedding) | {
        "segments": f"{of}-segments.parquet", "clusters": f"{clusters}-clusters.parquet",
        "overlap": f"{overlap}-overlap.parquet",
    }  # fmt: skip
    return Stage("build_turns", "turns", name, files | more, {"turns": f"{name}-turns.parquet"})


FAST = "segmentation-fast"
SLOW = [
    "bilstm",
    "segmentation",
    FAST,
    "dvector",
    "campplus",
    "campplus-short",
    "campplus-fast",
]  # networks
STAGES = [
    Stage("prepare_audio", None, "48 kHz, stereo", {"row": "heard.json"}, {"audio": "audio.wav"}),
    *map(_network, ("bilstm", "segmentation", FAST)),
    *map(_speech, ("webrtc", "silero")),
    *[_speech(name, **_chunks(name)) for name in ("segmentation", FAST)],
    Stage("detect_changes", "changes", "none", {"audio": "audio.wav"}, _found("none")),
    Stage("detect_changes", "changes", "divergence", {"audio": "audio.wav"}, _found("divergence")),
    Stage("detect_changes", "changes", "bilstm", CHANGES, _found("bilstm")),
    Stage("detect_changes", "changes", "bilstm-divergence", CHANGES, _found("both")),
    Stage("detect_changes", "changes", "segmentation", {"audio": "audio.wav"} | _chunks(), _found("turning")),
    _overlap("none"),
    *[_overlap(name, **_chunks(name)) for name in ("segmentation", FAST)],
    _segments("classic", "webrtc", "divergence"),
    _segments("best", "segmentation", "none"),
    _segments("fast", FAST, "none"),
    _embedding("dvector", "classic", "none"),
    _embedding("campplus", "best", "segmentation", **_chunks()),
    _embedding("campplus-short", "best", "segmentation"),
    _embedding("campplus-fast", "fast", FAST, **_chunks(FAST)),
    *[_clustering(name, "dvector") for name in ("meanshift", "kmeans")],
    *[_clustering(name, "campplus") for name in ("vbx", "agglomerative", "spectral", "hdbscan")],
    _clustering("vbx-fast", "campplus-fast"),
    _turns("join", "classic", "none", "dvector", "meanshift"),
    _turns("activations", "best", "segmentation", "campplus", "vbx", **_chunks(),
           dense="campplus-short.npy", dense_windows="campplus-short.parquet"),
    _turns("activations-fast", "fast", FAST, "campplus-fast", "vbx-fast", **_chunks(FAST)),
    Stage("write_rttm", None, "of best", {"turns": "activations-turns.parquet"}, {"rttm": "rttm.rttm"}),
    Stage("prepare_reference", None, "", {"audio": "audio.wav", "row": "spoken.json"},
          {"reference": "reference.rttm", "uem": "reference.uem"}),
    Stage("score_recording", "scores", "", RTTM, {"scores": "scores.parquet"}),
]  # fmt: skip


def settings(stage: Stage) -> dict:
    from diarflow.settings import read_settings

    defaults = yaml.safe_load((ROOT / "config.yaml").read_text())
    known = read_settings(defaults, defaults=defaults, overlay={}, files=[])
    block = getattr(known, stage.block) if stage.block else None
    if block is None:
        return {}
    chosen = (block[stage.variant] if isinstance(block, dict) else block).model_dump()
    if "speaker_count" in chosen and stage.variant in ("meanshift", "kmeans"):
        chosen |= {"speaker_count": "estimated", "max_speakers": SPEAKERS}
    return chosen


def run(stage: Stage, *, again: bool) -> None:
    """A stage's script in this process and folder."""
    place = "results/m/x/one."
    job = SimpleNamespace(
        rule=stage.script,
        config={},
        input=_Files({key: _path(name) for key, name in stage.input.items()}),
        output=_Files({key: _path(name) for key, name in stage.output.items()}),
        params=SimpleNamespace(job=json.dumps({"settings": settings(stage)})),
        log=[f"{place}log"],
    )
    if again:
        import diarflow.inference

        load = diarflow.inference.session
        diarflow.inference.session = lambda model: Again(load(model))
    runpy.run_path(str(ROOT / "scripts" / f"{stage.script}.py"), init_globals={"snakemake": job})
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    used = resource.getrusage(resource.RUSAGE_SELF)
    main = resource.getrusage(resource.RUSAGE_THREAD)
    cpu, own = (one.ru_utime + one.ru_stime for one in (used, main))
    print(int(peak[1]) / 1024, cpu, cpu - own)


class Again:
    """A network that gives its first answers again and again."""

    def __init__(self, network):
        self.network, self.kept, self.count = network, [], 0
        self.random = np.random.default_rng(0)

    def __getattr__(self, name):
        return getattr(self.network, name)

    def run(self, outputs, feeds):
        if len(self.kept) < KEPT:
            found = self.network.run(outputs, feeds)[0]
            self.kept.extend(found)
            return [found]
        (values,) = feeds.values()
        places = (self.count + np.arange(len(values))) % KEPT
        self.count += len(values)
        found = np.stack([self.kept[place] for place in places])
        return [found * self.random.normal(1, 0.01, found.shape).astype(np.float32)]


class _Files(dict):
    __getattr__ = dict.__getitem__


def _path(name: str) -> str:
    """The inputs and outputs of a stage, each in a folder of its product."""
    stem, ending = name.rsplit(".", 1)
    network = stem in ("bilstm", "segmentation", FAST)
    return f"results/m/{'activations' if network else stem}/{stem}/one.{ending}"


def prepare(folder: Path, hours: float, speakers: Path) -> None:
    """The recording at 48 kHz in stereo, its reference, and what a table says of them."""
    import soundfile

    from diarflow.formats.rttm import write_rttm
    from diarflow.intervals import Turn
    from diarflow.simulation.conversation import simulate
    from diarflow.simulation.speakers import choose, list_speakers

    audio, turns = simulate(
        choose(list_speakers(str(speakers)), "test"), number=0, duration=TILE,
        min_speakers=SPEAKERS, max_speakers=SPEAKERS, overlap=True, vary_speed=False, seed=0,
    )  # fmt: skip
    times, random = round(hours * 3600 / TILE), np.random.default_rng(0)
    audio = np.resize(audio * 32_000, (TILE, RATE)).astype(np.int16)
    with soundfile.SoundFile(folder / "one.wav", "w", 48_000, 2, "PCM_16", format="RF64") as out:
        for second in range(times * TILE):
            noisy = audio[second % TILE] + random.integers(-30, 30, RATE, np.int16)
            out.write(np.repeat(noisy, 6).reshape(-1, 2))
    every = [
        Turn(t.start + n * TILE, t.end + n * TILE, t.speaker) for n in range(times) for t in turns
    ]
    write_rttm(folder / "one.rttm", "one", every)
    names = {"recording": "one", "name": "one"}
    rows = {
        "heard": names | {"audio": "one.wav", "channel": "mix"},
        "spoken": names | {"reference": "one.rttm", "uem": None, "channel": None},
        "counts": {"num": None, "min": None, "max": None},
    }
    for name, row in rows.items():
        path = Path(folder, _path(f"{name}.json"))
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(row))


def measure(number: int, folder: Path, *, again: bool = False) -> tuple[float, float, float]:
    """Megabytes, CPU-seconds, and those of threads beside the main one, of a stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", str(number), *["--again"] * again]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    failed = list(folder.glob("results/m/failures/**/*.json"))
    if said.returncode or failed:
        log = Path(folder, "results/m/x/one.log").read_text()
        raise SystemExit(f"{STAGES[number]}: {said.stderr}{log}")
    return tuple(map(float, said.stdout.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, nargs="+", default=[TILE / 3600, 1, 10])
    parser.add_argument("--speakers", type=Path, default=ROOT / ".." / "shared/data/speakers")
    parser.add_argument("--whole", type=float, default=0.5, help="hours")
    parser.add_argument("--stage", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--again", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stage is not None:
        return run(STAGES[chosen.stage], again=chosen.again)
    found = {}
    with tempfile.TemporaryDirectory() as root:
        for hours in sorted(chosen.hours, reverse=True):
            folder = Path(root, f"{hours:g}")
            folder.mkdir()
            prepare(folder, hours, chosen.speakers)
            for number, stage in enumerate(STAGES):
                slow = stage.block in ("networks", "embedding") and stage.variant in SLOW
                again = slow and hours > chosen.whole
                found[number, hours] = (*measure(number, folder, again=again), again)
                print(stage.script, stage.variant, hours, *found[number, hours], file=sys.stderr)
    report(found, chosen.hours)


def report(found: dict, lengths: list[float]) -> None:
    names = [f"{hours:g} h" if hours >= 1 else f"{round(hours * 60)} min" for hours in lengths]
    print("# Memory and time of every stage, by a recording's length\n")
    print(f"`bench/memory.py`, {datetime.date.today()}, {platform.platform()}, Python {platform.python_version()}.")  # fmt: skip
    print(
        f"One recording of {SPEAKERS} speakers, one thread. MB are the greatest resident set, with Python"
    )
    print(
        "and its libraries. Growth is that from the second longest recording to the longest: megabytes for"
    )
    print(
        "each further hour, and how many times as long it takes divided by how many times as long it is.\n"
    )
    columns = [f"{what}, {name}" for what in ("MB", "CPU-s") for name in names]
    columns += ["MB an hour", "time by length"]
    print(f"| stage | variant | {' | '.join(columns)} |")
    print("|---" * (2 + len(columns)) + "|")
    for number, stage in enumerate(STAGES):
        cells = [found[number, hours] for hours in lengths]
        marks = ["*" if again else "" for *_, again in cells]
        row = [f"{cell[0]:.0f}{mark}" for cell, mark in zip(cells, marks, strict=True)]
        row += [f"{cell[1]:.1f}{mark}" for cell, mark in zip(cells, marks, strict=True)]
        row += growth(cells, lengths)
        print(f"| {stage.script} | {stage.variant} | {' | '.join(row)} |")
    most = max(cell[0] for cell in found.values())
    print(f"\nThe most that any stage took is {most:.0f} MB; the goal is {GOAL}.")


def growth(cells: list[tuple], lengths: list[float]) -> list[str]:
    """Megabytes that a further hour takes, and how many times as long it takes as it is longer."""
    if len(lengths) < 2:
        return ["", ""]
    (mb, cpu, *_), (more_mb, more_cpu, *_) = cells[-2:]
    hour, hours = lengths[-2:]
    return [f"{(more_mb - mb) / (hours - hour):.1f}", f"{more_cpu / cpu / (hours / hour):.2f}"]


if __name__ == "__main__":
    main()
