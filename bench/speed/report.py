"""Cost of writing a report on many recordings, and of opening its pages.

    .venv/bin/python -m bench.speed.report > bench/results/report.md

Scores, turns and embeddings are generated: recordings of ten minutes, two systems, two corpora.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.measure import Cost, measure
from bench.page import ROOT, print_heading, print_table
from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import write_table
from diarflow.audio.prepared import write_silence
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.scoring.names import PROTOCOLS
from diarflow.scoring.totals import COLUMNS, compute_totals, concatenate_rounded, write_csv
from diarflow.timeline.intervals import Interval, Turn
from tests.slow.browser import OpenPages, chromium, open_browser

TEXT = """
Generated recordings of ten minutes, with 150 turns in the reference and in each of two systems, 600 windows of 256
dimensions, and 600 change candidates. *one changed*: writing the report again after the page of one recording has
changed. The last three columns are seconds in headless Chromium, from disk: until the front page shows the table of
recordings, until it shows all figures, and until the page of a recording is complete.
"""
COLUMNS_OF_PAGE = [
    "recordings", "seconds", "CPU-s", "MB", "one changed, CPU-s", "site, MB", "table", "figures", "page of a recording",
]  # fmt: skip
SECONDS = 600.0
SYSTEMS = ("one", "two")
ARTIFACT_SETS = 20  # recordings share this many different sets of embeddings and changes
VARIANTS = {
    "prepare_audio": [""], "prepare_reference": [""], "detect_speech": ["v"], "detect_changes": ["v"],
    "resegment": ["v.v"], "embed_segments": ["v.v.none.v"],
    "cluster_segments": ["v.v.none.v.one", "v.v.none.v.two"], "build_turns": SYSTEMS,
    "write_rttm": SYSTEMS, "score_recording": SYSTEMS,
}  # fmt: skip
USAGE = {"seconds": 1.5, "user_seconds": 1.1, "system_seconds": 0.1, "peak_memory_mb": 120.5}
PROGRAM = """
import json
from diarflow.report.site import write_site
from diarflow.runs.usage import peak_memory
write_site("results/report", json.load(open("content.json")))
print(peak_memory())
"""


def random_turns(rng, speakers: int, prefix: str) -> list[Turn]:
    starts = np.sort(rng.uniform(0, SECONDS - 12, 150)).round(3)
    return [
        Turn(float(start), float(start + rng.uniform(0.3, 12)), f"{prefix}{rng.integers(speakers)}")
        for start in starts
    ]


def random_scores(rng, corpus: str, recording: str, system: str, protocol: str) -> dict[str, Any]:
    """Return a row of der.csv."""
    speech = rng.uniform(300, 600)
    errors = (speech * rng.uniform(0, [0.1, 0.1, 0.3])).round(3)
    names = ("missed", "false_alarm", "confusion")
    return dict.fromkeys(COLUMNS, 0.0) | dict(zip(names, errors, strict=True)) | {
        "corpus": corpus, "system": system, "recording": recording, "protocol": protocol,
        "scored_seconds": SECONDS, "reference_seconds": round(speech, 3),
        "der": 100 * sum(errors) / speech, "reference_speakers": rng.integers(1, 9),
        "hypothesis_speakers": rng.integers(1, 9), "repairs": 0, "recordings": 1,
        "speakers_given": False, "failed_rule": "", "extent": "audio",
    }  # fmt: skip


def write_shared_artifacts(rng, folder: Path) -> None:
    """Write audio, speech, changes and embeddings, which recordings link to."""
    folder.mkdir()
    write_silence(folder / "a.wav", round(SECONDS * 16_000))
    for number in range(ARTIFACT_SETS):
        windows = [(t, t + 1.6, 0, -1, -1) for t in np.arange(0, SECONDS - 2, 1.0)]
        write_table(folder / f"w{number}.parquet", "windows", windows)
        write_array(folder / f"w{number}.npy", rng.normal(size=(len(windows), 256)))
        changes = [(t, float(rng.uniform())) for t in np.sort(rng.uniform(0, SECONDS, 600))]
        write_table(folder / f"c{number}.parquet", "changes", changes)
        speech = [(t, t + 4.0) for t in range(0, 600, 5)]
        write_table(folder / f"s{number}.parquet", "speech", speech)


def link_artifacts(shared: Path, base: Path, name: str, number: int) -> None:
    """Give a recording the artifacts of the set `number`."""
    for source, target in (
        ("a.wav", f"audio/{name}.wav"), (f"s{number}.parquet", f"speech/v/{name}.parquet"),
        (f"c{number}.parquet", f"candidates/v/{name}.parquet"),
        (f"c{number}.parquet", f"changes/v/{name}.parquet"),
        (f"w{number}.npy", f"embeddings/v.v.none.v/{name}.npy"),
        (f"w{number}.parquet", f"embeddings/v.v.none.v/{name}.parquet"),
    ):  # fmt: skip
        (base / target).parent.mkdir(parents=True, exist_ok=True)
        os.link(shared / source, base / target)


def write_usage_files(corpus: str, name: str) -> None:
    for rule, variants in VARIANTS.items():
        for variant in variants:
            path = Path("logs", corpus, rule, variant, f"{name}.usage.json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(USAGE))


def write_results(count: int) -> dict[str, Any]:
    """Write generated results of `count` recordings in this folder. Return the content of their report."""
    rng = np.random.default_rng(0)
    write_shared_artifacts(rng, Path("shared"))
    rows, recordings = [], []
    for number in range(count):
        corpus, name = f"corpus{number % 2}", f"recording-{number:05d}"
        base, speakers = Path("results", corpus), int(rng.integers(2, 7))
        write_rttm(base / f"reference/{name}.rttm", name, random_turns(rng, speakers, "s"))
        write_uem(base / f"reference/{name}.uem", name, [Interval(0.0, SECONDS)])
        for system in SYSTEMS:
            write_rttm(base / f"rttm/{system}/{name}.rttm", name, random_turns(rng, speakers, "h"))
            rows += [random_scores(rng, corpus, name, system, protocol) for protocol in PROTOCOLS]
        link_artifacts(Path("shared"), base, name, number % ARTIFACT_SETS)
        write_usage_files(corpus, name)
        entry = {
            "corpus": corpus,
            "recording": name,
            "title": name,
            "systems": list(SYSTEMS),
            "reference": True,
        }
        recordings.append(entry)
    table = pd.DataFrame(rows)
    Path("results/report").mkdir()
    write_csv("results/report/der.csv", concatenate_rounded([table, compute_totals(table)]))
    stages = dict.fromkeys(("speech", "changes", "overlap", "embedding", "clustering"), "v")
    return {
        "recordings": recordings, "systems": dict.fromkeys(SYSTEMS, stages), "stages": list(stages),
        "cards": {}, "collar_each_side": 0.25, "settings": {"speech": {"v": {"backend": "v"}}},
        "variants": {f"corpus{number}": VARIANTS for number in range(2)}, "audio": "linked",
    }  # fmt: skip


def write_report(content: dict[str, Any]) -> Cost:
    """Write the report in a process of its own."""
    Path("content.json").write_text(json.dumps(content))
    cost = measure([sys.executable, "-c", PROGRAM], Path("log.txt"))
    if cost.status:
        raise SystemExit(Path("log.txt").read_text())
    # the peak memory of the process itself: cost.peak_mb begins with that of this process, which has large libraries
    return cost._replace(peak_mb=int(Path("log.txt").read_text().split()[-1]) / 2**20)


def opening_seconds() -> tuple[float, float, float]:
    """Return the seconds until the front page shows its table, until it shows all figures, and for a recording's page."""
    with open_browser() as browser:
        open_page = OpenPages(browser)
        page = open_page("results/report/tables.html")  # the start of the browser is not measured
        start = time.monotonic()
        page.goto(Path("results/report/index.html").absolute().as_uri())
        page.locator("#recordings tbody tr").first.wait_for()
        table = time.monotonic() - start
        for chart in ("bars", "by-speakers"):
            page.locator(f"#{chart} .main-svg").first.wait_for()
        figures = time.monotonic() - start
        start = time.monotonic()
        path = next(Path("results/report/recordings/corpus0").iterdir())
        page.goto(path.absolute().as_uri())
        page.locator("#plane .main-svg").first.wait_for()
        recording = time.monotonic() - start
        open_page.close()
    return table, figures, recording


def megabytes(folder) -> float:
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6


def measure_report(count: int) -> list[str]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        content = write_results(count)
        cost = write_report(content)
        Path("results/corpus0/reference/recording-00000.uem").write_text("")
        again = write_report(content).cpu_seconds
        opening = [f"{s:.1f}" for s in opening_seconds()] if chromium() else ["no Chromium"] * 3
        size = megabytes("results/report")
        os.chdir(ROOT)
    figures = (f"{cost.seconds:.0f}", f"{cost.cpu_seconds:.0f}", f"{cost.peak_mb:.0f}")
    return [str(count), *figures, f"{again:.1f}", f"{size:.0f}", *opening]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=2000)
    count = parser.parse_args().recordings
    print_heading("Cost of a report", TEXT)
    print_table(COLUMNS_OF_PAGE, map(measure_report, sorted({max(1, count // 4), count})))


if __name__ == "__main__":
    main()
