"""How long a report of many recordings takes to build, and its front page to open.

    .venv/bin/python bench/report.py [--recordings 2000] > bench/report.md

Scores, turns and embeddings are generated: recordings of ten minutes, two systems, two corpora.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "slow")]

from browser import Browser, chromium  # noqa: E402

from diarflow.artifacts.arrays import write_array  # noqa: E402
from diarflow.artifacts.tables import write_table  # noqa: E402
from diarflow.audio.prepared import write_silence  # noqa: E402
from diarflow.formats.rttm import write_rttm  # noqa: E402
from diarflow.formats.uem import write_uem  # noqa: E402
from diarflow.report.metrics import PROTOCOLS  # noqa: E402
from diarflow.scoring.totals import COLUMNS, rounded, totals, write_csv  # noqa: E402
from diarflow.timeline.intervals import Interval, Turn  # noqa: E402

SECONDS = 600.0
SYSTEMS = ("one", "two")
KINDS = 20  # recordings share so many sets of embeddings and changes
VARIANTS = {
    "prepare_audio": [""], "prepare_reference": [""], "detect_speech": ["v"], "detect_changes": ["v"],
    "resegment": ["v.v"], "embed_segments": ["v.v.none.v"],
    "cluster_segments": ["v.v.none.v.one", "v.v.none.v.two"], "build_turns": SYSTEMS,
    "write_rttm": SYSTEMS, "score_recording": SYSTEMS,
}  # fmt: skip


def turns(rng, speakers: int, names: str) -> list[Turn]:
    starts = np.sort(rng.uniform(0, SECONDS - 12, 150)).round(3)
    return [
        Turn(float(s), float(s + rng.uniform(0.3, 12)), f"{names}{rng.integers(speakers)}")
        for s in starts
    ]


def scores(rng, corpus: str, recording: str, system: str, protocol: str) -> dict:
    speech = rng.uniform(300, 600)
    parts = (speech * rng.uniform(0, [0.1, 0.1, 0.3])).round(3)
    row = dict.fromkeys(COLUMNS, 0.0) | dict(
        zip(("missed", "false_alarm", "confusion"), parts, strict=True)
    )
    return row | {
        "corpus": corpus, "system": system, "recording": recording, "protocol": protocol,
        "scored_seconds": SECONDS, "reference_seconds": round(speech, 3),
        "der": 100 * sum(parts) / speech, "reference_speakers": rng.integers(1, 9),
        "found_speakers": rng.integers(1, 9), "repairs": 0, "recordings": 1,
        "speakers_given": False, "set_aside": "", "extent": "audio",
    }  # fmt: skip


def make(recordings: int) -> dict:
    """Results of generated recordings in this folder, and what their report is about."""
    rng = np.random.default_rng(0)
    shared = Path("shared")
    shared.mkdir()
    write_silence(shared / "a.wav", round(SECONDS * 16_000))
    for kind in range(KINDS):
        windows = [(t, t + 1.6, 0, -1, -1) for t in np.arange(0, SECONDS - 2, 1.0)]
        write_table(shared / f"w{kind}.parquet", "windows", windows)
        write_array(shared / f"w{kind}.npy", rng.normal(size=(len(windows), 256)))
        moments = [(t, float(rng.uniform())) for t in np.sort(rng.uniform(0, SECONDS, 600))]
        write_table(shared / f"c{kind}.parquet", "changes", moments)
        write_table(shared / f"s{kind}.parquet", "speech", [(t, t + 4.0) for t in range(0, 600, 5)])
    rows, listed = [], []
    for number in range(recordings):
        corpus, name = f"corpus{number % 2}", f"recording-{number:05d}"
        base, kind = Path("results", corpus), number % KINDS
        speakers = int(rng.integers(2, 7))
        write_rttm(base / f"reference/{name}.rttm", name, turns(rng, speakers, "s"))
        write_uem(base / f"reference/{name}.uem", name, [Interval(0.0, SECONDS)])
        for system in SYSTEMS:
            write_rttm(base / f"rttm/{system}/{name}.rttm", name, turns(rng, speakers, "h"))
            rows += [scores(rng, corpus, name, system, protocol) for protocol in PROTOCOLS]
        for source, target in (
            ("a.wav", f"audio/{name}.wav"), (f"s{kind}.parquet", f"speech/v/{name}.parquet"),
            (f"c{kind}.parquet", f"candidates/v/{name}.parquet"),
            (f"c{kind}.parquet", f"changes/v/{name}.parquet"),
            (f"w{kind}.npy", f"embeddings/v.v.none.v/{name}.npy"),
            (f"w{kind}.parquet", f"embeddings/v.v.none.v/{name}.parquet"),
        ):  # fmt: skip
            (base / target).parent.mkdir(parents=True, exist_ok=True)
            os.link(shared / source, base / target)
        for rule, variants in VARIANTS.items():
            for variant in variants:
                path = Path("benchmarks", corpus, rule, variant, f"{name}.tsv")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("s\th:m:s\tmax_rss\tcpu_time\n1.5\t0:00:01\t120.5\t1.2\n")
        listed.append(
            {"corpus": corpus, "recording": name, "systems": list(SYSTEMS), "reference": True}
        )
    table = pd.DataFrame(rows)
    Path("results/report").mkdir()
    write_csv("results/report/der.csv", rounded([table, totals(table)]))
    stages = dict.fromkeys(("speech", "changes", "overlap", "embedding", "clustering"), "v")
    return {
        "recordings": listed, "systems": dict.fromkeys(SYSTEMS, stages), "stages": list(stages),
        "cards": {}, "collar_each_side": 0.25, "settings": {"speech": {"v": {"backend": "v"}}},
        "variants": {f"corpus{number}": VARIANTS for number in range(2)}, "audio": "linked",
    }  # fmt: skip


def build(content: dict) -> tuple[float, float, float]:
    """Seconds, CPU-seconds and MB of a Python that writes the site."""
    Path("content.json").write_text(json.dumps(content))
    program = (
        "import json; from diarflow.report.site import write_site;"
        "write_site('results/report', json.load(open('content.json')))"
    )
    environment = dict(
        os.environ, PYTHONPATH=str(ROOT / "scripts"), OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"
    )
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    taken, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return taken, cpu, after.ru_maxrss / 1024


def opened() -> tuple[float, float, float]:
    """Seconds until the front page shows its recordings, until all is drawn, and for a recording's page."""
    browser = Browser()
    try:
        browser.open("results/report/tables.html")  # the browser itself has started
        begun = time.monotonic()
        browser.open(
            "results/report/index.html",
            "document.querySelectorAll('#recordings tbody tr').length > 0",
        )
        table = time.monotonic() - begun
        for chart in ("bars", "by-speakers"):
            browser.wait(f"document.querySelector('#{chart} .main-svg') !== null")
        whole = time.monotonic() - begun
        page = next(Path("results/report/recordings/corpus0").iterdir())
        return table, whole, browser.open(page, "document.querySelector('#plane .main-svg')")
    finally:
        browser.close()


def size(folder) -> float:
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=2000)
    count = parser.parse_args().recordings
    print("# What a report costs\n")
    print(f"`.venv/bin/python bench/report.py`, {datetime.date.today()}, {platform.platform()},")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}."
    )
    print(
        "Generated recordings of ten minutes, 150 turns in the reference and in each of two systems,"
    )
    print(
        "600 windows of 256 dimensions, 600 candidates for a change. Seconds; opening is in headless"
    )
    print(
        "Chromium from disk: until the recordings' table is there, and until all pictures are drawn."
    )
    print("One changed: building it again where one recording's page is another.\n")
    print(
        "| recordings | building | CPU | memory, MB | one changed: CPU | site, MB | front page: table | pictures | a recording's page |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for recordings in sorted({max(1, count // 4), count}):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            content = make(recordings)
            taken, cpu, memory = build(content)
            Path("results/corpus0/reference/recording-00000.uem").write_text("")
            _, again, _ = build(content)
            open_times = [f"{one:.1f}" for one in opened()] if chromium() else ["no Chromium"] * 3
            print(
                f"| {recordings} | {taken:.0f} | {cpu:.0f} | {memory:.0f} | {again:.1f} | {size('results/report'):.0f} | "
                + " | ".join(open_times) + " |",
                flush=True,
            )  # fmt: skip
            os.chdir(ROOT)


if __name__ == "__main__":
    main()
