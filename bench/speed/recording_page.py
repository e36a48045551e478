"""Size and speed of the page of a long recording.

    .venv/bin/python -m bench.speed.recording_page > bench/results/recording_page.md

Turns, scores, embeddings and audio are generated.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

from bench.page import ROOT, print_heading, print_table
from bench.speed.report import megabytes
from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.site import write_site
from diarflow.scoring.diarization import score
from diarflow.scoring.names import PROTOCOLS
from diarflow.scoring.totals import COLUMNS, write_csv
from diarflow.timeline.intervals import Interval, Turn
from tests.slow.browser import OpenPages, open_browser

TEXT = """
A generated meeting with turns of 0.3 to 8 s, in which every tenth turn overlaps the one before. The systems move the
boundaries by up to 0.3 s, confuse 8 % of the turns, and miss 5 %. *page, MB* is the HTML with its data, without the audio.
*ready* ends when the timeline and the list of errors are drawn, in seconds from the start of loading and in CPU seconds of
the page's main thread. *frame* is the time for which the main thread is busy in each frame while the timeline moves, in
headless Chromium without a GPU: median, 95th percentile, and mean of the CPU time. The median and the percentile include
the waiting for a core that another process uses.
"""
COLUMNS_OF_PAGE = [
    "minutes", "speakers", "systems", "turns", "errors", "page, MB", "shared files without Plotly, MB", "ready, s", "ready, CPU-s",
    "range", "frame, ms", "95 %, ms", "frame, CPU-ms",
]  # fmt: skip
FRAMES = 150
# moves the timeline by a small step in each frame, and returns the milliseconds that the main thread works for each frame
PAN = """
async ({ seconds, frames }) => {
  const { timeline } = diarflow;
  const { duration } = diarflow.recording.data;
  const channel = new MessageChannel();
  // a message that is sent when a frame begins arrives when it has been drawn
  const drawFrame = (start) => new Promise((done) => {
    requestAnimationFrame(() => {
      const begin = performance.now();
      channel.port1.onmessage = () => done(performance.now() - begin);
      channel.port2.postMessage(null);
    });
    timeline.setRange(start, start + seconds);
  });
  const times = [];
  for (let frame = 1; frame <= frames; frame++) times.push(await drawFrame((duration - seconds) * (0.5 + 0.1 * frame / frames)));
  return times;
}
"""


def meeting(rng, seconds: float, speakers: int) -> list[Turn]:
    """Return the turns of a meeting."""
    turns: list[Turn] = []
    time, speaker = 0.0, 0
    while time < seconds - 10:
        speaker = int((speaker + rng.integers(1, speakers)) % speakers)
        length = float(rng.uniform(0.3, 8))
        turns.append(Turn(round(time, 3), round(time + length, 3), f"person{speaker}"))
        time += length + (-1.0 if rng.uniform() < 0.1 and length > 1.5 else rng.uniform(0, 1))
    return turns


def hypothesis(rng, reference: list[Turn], speakers: int) -> list[Turn]:
    """Return the turns of a system that makes errors of each kind."""
    turns = []
    for start, end, speaker in reference:
        if rng.uniform() < 0.05:
            continue
        number = rng.integers(speakers) if rng.uniform() < 0.08 else int(speaker[6:])
        begin, stop = (max(0.0, round(float(t + rng.uniform(-0.3, 0.3)), 3)) for t in (start, end))
        if stop > begin + 0.1:
            turns.append(Turn(begin, stop, f"SPEAKER_{number:02d}"))
    return turns


def write_results(minutes: float, speakers: int, systems: int) -> dict[str, Any]:
    """Write generated results below this folder. Return the content of their report."""
    rng = np.random.default_rng(0)
    seconds, base, name = 60 * minutes, Path("results/c"), "meeting"
    extent = [Interval(0.0, seconds)]
    reference = meeting(rng, seconds, speakers)
    write_rttm(base / f"reference/{name}.rttm", name, reference)
    write_uem(base / f"reference/{name}.uem", name, extent)
    rows = []
    for number in range(systems):
        turns = hypothesis(rng, reference, speakers)
        write_rttm(base / f"rttm/s{number}/{name}.rttm", name, turns)
        scores = score(reference, turns, extent, collar_each_side=0.25)
        for protocol in PROTOCOLS:
            _, spoken, *errors = scores[protocol][:5]
            rows.append(
                dict.fromkeys(COLUMNS, 0.0)
                | dict(zip(("missed", "false_alarm", "confusion"), errors, strict=True))
                | {"corpus": "c", "system": f"s{number}", "recording": name, "protocol": protocol,
                   "reference_seconds": spoken, "der": 100 * sum(errors) / spoken, "recordings": 1,
                   "speakers_given": False, "failed_rule": "", "extent": "audio"}
            )  # fmt: skip
    (base / "audio").mkdir()
    noise = rng.normal(scale=0.1, size=round(seconds * 16_000)).astype(np.float32)
    soundfile.write(base / f"audio/{name}.wav", noise, 16_000, "PCM_16")
    changes = [(turn.start, float(rng.uniform())) for turn in reference]
    windows = [(t, t + 1.6, 0, -1, -1) for t in np.arange(0, seconds - 2, 1.0)]
    for kind in ("candidates", "changes"):
        write_table(base / f"{kind}/v/{name}.parquet", kind, sorted(changes))
    speech = [(turn.start, turn.end) for turn in reference]
    write_table(base / f"speech/v/{name}.parquet", "speech", speech)
    write_table(base / f"embeddings/v/{name}.parquet", "windows", windows)
    write_array(base / f"embeddings/v/{name}.npy", rng.normal(size=(len(windows), 192)))
    Path("results/report").mkdir()
    write_csv("results/report/der.csv", pd.DataFrame(rows)[list(COLUMNS)].round(3))
    names = [f"s{number}" for number in range(systems)]
    stages = dict.fromkeys(
        ("speech", "changes", "overlap", "embedding", "clustering", "turns"), "v"
    )
    variants = {
        "detect_speech": ["v"],
        "detect_changes": ["v"],
        "embed_segments": ["v"],
        "write_rttm": names,
    }
    recording = {
        "corpus": "c",
        "recording": name,
        "title": name,
        "systems": names,
        "reference": True,
    }
    return {
        "recordings": [recording], "systems": dict.fromkeys(names, stages), "stages": list(stages), "cards": {},
        "collar_each_side": 0.25, "settings": {}, "variants": {"c": variants}, "audio": "linked",
    }  # fmt: skip


def cpu_seconds(session) -> float:
    """Return the CPU time of the tasks of the page's main thread so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def measure_page(minutes: float, speakers: int, systems: int) -> list[list[str]]:
    """Return the rows of the table: one for each visible range."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_site("results/report", write_results(minutes, speakers, systems))
        path = Path("results/report/recordings/c/meeting.html")
        assets = Path("results/report/assets")
        shared = megabytes(assets) - (assets / "plotly.min.js").stat().st_size / 1e6
        with open_browser() as browser:
            open_page = OpenPages(browser)
            # the start of the browser is not measured
            page = open_page("results/report/tables.html")
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            before, start = cpu_seconds(session), time.monotonic()
            page.goto(path.resolve().as_uri())
            page.wait_for_function(
                "diarflow.inspector.errors().length && diarflow.timeline.rows().length"
            )
            page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            ready, ready_cpu = time.monotonic() - start, cpu_seconds(session) - before
            page.locator(
                "#plane .main-svg"
            ).first.wait_for()  # Plotly does not disturb the next measurements
            count = page.evaluate("diarflow.recording.data.tracks.reduce((sum, { speakers }) => "
                                  "sum + speakers.reduce((sum, { turns }) => sum + turns.length, 0), 0)")  # fmt: skip
            errors = page.evaluate("diarflow.inspector.errors().length")
            facts = (f"{minutes:g}", speakers, systems, count, errors, f"{path.stat().st_size / 1e6:.2f}",
                     f"{shared:.2f}", f"{ready:.1f}", f"{ready_cpu:.1f}")  # fmt: skip
            rows = []
            for seconds, name in (
                (54 * minutes, "nine tenths"),
                (300, "5 minutes"),
                (30, "30 s"),
            ):
                before = cpu_seconds(session)
                frames = page.evaluate(PAN, {"seconds": seconds, "frames": FRAMES})
                rows.append([*facts, name, f"{statistics.median(frames):.1f}",
                             f"{statistics.quantiles(frames, n=20)[-1]:.1f}",
                             f"{1000 * (cpu_seconds(session) - before) / FRAMES:.1f}"])  # fmt: skip
            open_page.close()
        os.chdir(ROOT)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--speakers", type=int, default=10)
    parser.add_argument("--systems", type=int, default=4)
    arguments = parser.parse_args()
    print_heading("Page of a long recording", TEXT)
    print_table(COLUMNS_OF_PAGE, measure_page(**vars(arguments)))


if __name__ == "__main__":
    main()
