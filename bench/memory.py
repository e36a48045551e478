"""The peak memory and the CPU-seconds of every stage of `classic` and `best`, by a recording's length.

    .venv/bin/python bench/memory.py [--hours 0.1667 1 10] [--whole-networks 1] > bench/memory.md

Each stage's script runs in a process of its own on one recording, as Snakemake would run it. The recording is ten
minutes of six made-up voices, again and again. Recordings longer than `--whole-networks` hours are not sent through
the networks that would take hours: something that costs nothing answers in their place (rows marked *), with
the speech of 20 speakers, the most that the settings allow; all else of the stage is as it is. What the network itself
needs is that of a batch, whatever the length.

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

TILE, RATE = 600, 16_000  # seconds; Hz
SPEAKERS, TURN = 20, 4.0  # of the stand-in for networks; seconds


class Stage(NamedTuple):
    """A script, the files that it reads and writes, and the variant that says how."""

    script: str
    block: str | None
    variant: str
    input: dict[str, str]
    output: dict[str, str]


CHUNKS = {"activations": "segmentation.npy", "times": "segmentation.json"}
CHANGES = {"audio": "audio.wav", "activations": "bilstm.npy", "times": "bilstm.json"}
RTTM = {"reference": "reference.rttm", "uem": "reference.uem", "rttm": "rttm.rttm"}


def _found(name: str) -> dict[str, str]:
    return {"candidates": f"{name}-candidates.parquet", "changes": f"{name}.parquet"}


def _vectors(name: str) -> dict[str, str]:
    return {"embeddings": f"{name}.npy", "windows": f"{name}.parquet"}


def _embedding(name: str, segments: str, **more: str) -> Stage:
    files = {"audio": "audio.wav", "segments": f"{segments}-segments.parquet"}
    files |= {"overlap": "overlap.parquet" if more or name == "campplus-short" else "no.parquet"}
    return Stage("embed_segments", "embedding", name, files | more, _vectors(name))


def _clustering(name: str, embedding: str) -> Stage:
    clusters = {"clusters": f"{name}-clusters.parquet"}
    return Stage("cluster_segments", "clustering", name, _vectors(embedding) | {"row": "row.json"}, clusters)  # fmt: skip


def _turns(name: str, embedding: str, clusters: str, segments: str, **more: str) -> Stage:
    files = _vectors(embedding) | {
        "segments": f"{segments}-segments.parquet", "clusters": f"{clusters}-clusters.parquet",
        "overlap": "overlap.parquet" if more else "no.parquet",
    }  # fmt: skip
    return Stage("build_turns", "turns", name, files | more, {"turns": f"{name}-turns.parquet"})


STAGES = [
    Stage("prepare_audio", None, "48 kHz, stereo", {"row": "row.json"}, {"audio": "audio.wav"}),
    Stage("compute_activations", "networks", "bilstm", {"audio": "audio.wav"},
          {"activations": "bilstm.npy", "times": "bilstm.json"}),
    Stage("compute_activations", "networks", "segmentation", {"audio": "audio.wav"}, CHUNKS),
    Stage("detect_speech", "speech", "webrtc", {"audio": "audio.wav"}, {"speech": "webrtc.parquet"}),
    Stage("detect_speech", "speech", "silero", {"audio": "audio.wav"}, {"speech": "silero.parquet"}),
    Stage("detect_speech", "speech", "segmentation", {"audio": "audio.wav"} | CHUNKS,
          {"speech": "segmented.parquet"}),
    Stage("detect_changes", "changes", "none", {"audio": "audio.wav"}, _found("none")),
    Stage("detect_changes", "changes", "divergence", {"audio": "audio.wav"}, _found("divergence")),
    Stage("detect_changes", "changes", "bilstm", CHANGES, _found("bilstm-changes")),
    Stage("detect_changes", "changes", "bilstm-divergence", CHANGES, _found("both")),
    Stage("detect_changes", "changes", "segmentation", {"audio": "audio.wav"} | CHUNKS, _found("turning")),
    Stage("detect_overlap", "overlap", "none", {"audio": "audio.wav"}, {"overlap": "no.parquet"}),
    Stage("detect_overlap", "overlap", "segmentation", {"audio": "audio.wav"} | CHUNKS,
          {"overlap": "overlap.parquet"}),
    Stage("resegment", "segments", "of classic",
          {"speech": "webrtc.parquet", "changes": "divergence.parquet"},
          {"segments": "classic-segments.parquet"}),
    Stage("resegment", "segments", "of best",
          {"speech": "segmented.parquet", "changes": "none.parquet"},
          {"segments": "best-segments.parquet"}),
    _embedding("dvector", "classic"),
    _embedding("campplus", "best", **CHUNKS),
    _embedding("campplus-short", "best"),
    _clustering("meanshift", "dvector"),
    _clustering("kmeans", "dvector"),
    *[_clustering(name, "campplus") for name in ("vbx", "agglomerative", "spectral", "hdbscan")],
    _turns("join", "dvector", "meanshift", "classic"),
    _turns("activations", "campplus", "vbx", "best", **CHUNKS, dense="campplus-short.npy",
           dense_windows="campplus-short.parquet"),
    Stage("write_rttm", None, "of best", {"turns": "activations-turns.parquet"}, {"rttm": "rttm.rttm"}),
    Stage("prepare_reference", None, "", {"audio": "audio.wav", "row": "row.json"},
          {"reference": "reference.rttm", "uem": "reference.uem"}),
    Stage("score_recording", "scores", "", RTTM, {"scores": "scores.parquet"}),
]  # fmt: skip
SLOW = {"segmentation", "dvector", "campplus", "campplus-short"}  # networks a stand-in answers for


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


def run(stage: Stage, *, stand_in: bool) -> None:
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
    if stand_in:
        import diarflow.inference

        diarflow.inference.session = lambda model: StandIn()
    runpy.run_path(str(ROOT / "scripts" / f"{stage.script}.py"), init_globals={"snakemake": job})
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    used = resource.getrusage(resource.RUSAGE_SELF)
    main = resource.getrusage(resource.RUSAGE_THREAD)
    cpu, own = (one.ru_utime + one.ru_stime for one in (used, main))
    print(int(peak[1]) / 1024, cpu, cpu - own)


class _Files(dict):
    __getattr__ = dict.__getitem__


def _path(name: str) -> str:
    stem, ending = name.rsplit(".", 1)
    product = "activations" if stem in ("segmentation", "bilstm") and ending != "parquet" else stem
    return f"results/m/{product}/{stem}/one.{ending}"


class StandIn:
    """Answers for a network, with the turns of 20 speakers."""

    def __init__(self):
        self.random, self.count = np.random.default_rng(0), 0
        self.centres = self.random.normal(size=(SPEAKERS, 256))

    def run(self, _, feeds):
        ((kind, values),) = feeds.items()
        count = len(values)
        places = self.count + np.arange(count)
        self.count += count
        if kind == "waveform":
            return [self._sets(places)]
        size = 256 if kind == "mel" else 192
        who = (places * 0.5 // TURN).astype(int) * 7919 % SPEAKERS
        return [(self.centres[who, :size] + self.random.normal(0, 0.8, (count, size))).astype("f4")]

    def _sets(self, places):
        """Log-probabilities: one of three speaks, another one every 4 s, and now and then two."""
        times = places[:, None] * 2.0 + np.arange(589) * 0.016875
        classes = 1 + (times // TURN).astype(int) % 3
        classes[times % 30 < 1] = 4
        return np.log(np.eye(7)[classes] * 0.93 + 0.01).astype(np.float32)


def prepare(folder: Path, hours: float) -> None:
    """The recording at 48 kHz in stereo, and what a table says of it."""
    import soundfile

    from diarflow.dialogue import synthesize_dialogue
    from diarflow.formats.rttm import write_rttm
    from diarflow.intervals import Turn

    tile = folder.parent / "tile.wav"
    turns = synthesize_dialogue(tile, seed=0, speakers=6, turns=200)
    audio = soundfile.read(tile, dtype="int16")[0][: TILE * RATE]
    loud = np.repeat(np.repeat(audio, 3)[:, None], 2, axis=1)
    times = round(hours * 3600 / TILE)
    with soundfile.SoundFile(folder / "one.flac", "w", 48_000, 2, compression_level=0.0) as out:
        for _ in range(times):
            out.write(loud)
    said = [turn for turn in turns if turn.end < TILE]
    every = [
        Turn(t.start + n * TILE, t.end + n * TILE, t.speaker) for n in range(times) for t in said
    ]
    write_rttm(folder / "one.rttm", "one", every)
    row = {"audio": "one.flac", "channel": "mix", "num": None, "min": None, "max": None}
    Path(folder, _path("row.json")).parent.mkdir(parents=True)
    Path(folder, _path("row.json")).write_text(json.dumps(row))


def measure(number: int, folder: Path, *, stand_in: bool) -> tuple[float, float, float]:
    """Megabytes, CPU-seconds, and those of threads beside the main one, of a stage in a process of its own."""
    stage = STAGES[number]
    row = Path(folder, _path("row.json"))
    content = json.loads(row.read_text()) | {
        "recording": "one",
        "name": "one",
        "reference": "one.rttm",
    }
    content |= {"uem": None, "channel": None if stage.script == "prepare_reference" else "mix"}
    if stage.script == "cluster_segments":
        content = {key: content[key] for key in ("num", "min", "max")}
    kept = row.read_text()
    row.write_text(json.dumps(content))
    command = [
        sys.executable,
        __file__,
        "--stage",
        str(number),
        *(["--stand-in"] if stand_in else []),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    row.write_text(kept)
    failed = list(folder.glob("results/m/failures/**/*.json"))
    if said.returncode or failed:
        raise SystemExit(f"{stage}: {said.stderr}{Path(folder, 'results/m/x/one.log').read_text()}")
    return tuple(map(float, said.stdout.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, nargs="+", default=[TILE / 3600, 1, 10])
    parser.add_argument("--whole-networks", type=float, default=1, help="hours")
    parser.add_argument("--stage", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--stand-in", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stage is not None:
        return run(STAGES[chosen.stage], stand_in=chosen.stand_in)
    found = {}
    with tempfile.TemporaryDirectory() as root:
        for hours in chosen.hours:
            folder = Path(root, f"{hours:g}")
            folder.mkdir()
            prepare(folder, hours)
            for number, stage in enumerate(STAGES):
                slow = stage.variant in SLOW and stage.block in ("networks", "embedding")
                stand_in = slow and hours > chosen.whole_networks
                found[number, hours] = (*measure(number, folder, stand_in=stand_in), stand_in)
                print(stage.script, stage.variant, hours, found[number, hours], file=sys.stderr)
    _report(found, chosen.hours)


def _report(found: dict, lengths: list[float]) -> None:
    print("# Memory and time of every stage, by a recording's length\n")
    print(f"`.venv/bin/python bench/memory.py`, {datetime.date.today()}, {platform.platform()},")
    print(
        f"Python {platform.python_version()}. One recording, one thread. MB are the greatest resident set, with"
    )
    print("Python and its libraries; * without the network itself, see the command's head.\n")
    names = [f"{hours:g} h" if hours >= 1 else f"{round(hours * 60)} min" for hours in lengths]
    print(f"| stage | variant | {' | '.join(f'MB, {name}' for name in names)} | {' | '.join(f'CPU-s, {name}' for name in names)} |")  # fmt: skip
    print("|---" * (2 + 2 * len(names)) + "|")
    for number, stage in enumerate(STAGES):
        cells = [found[number, hours] for hours in lengths]
        memory = [f"{mb:.0f}{'*' if stand_in else ''}" for mb, _, _, stand_in in cells]
        seconds = [f"{cpu:.1f}{'*' if stand_in else ''}" for _, cpu, _, stand_in in cells]
        print(f"| {stage.script} | {stage.variant} | {' | '.join(memory + seconds)} |")
    most = max(cell[0] for cell in found.values())
    print(f"\nThe most that any stage took is {most:.0f} MB.")


if __name__ == "__main__":
    main()
