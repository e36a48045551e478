"""Bytes per hour of audio of each product, with each value of `keep` and of `audio_format`.

    .venv/bin/python -m bench.disk.products > bench/results/disk.md

Takes ten minutes on one core. The recordings of ../shared/data/conversations and conversations-2 are joined to one, which the
systems `best` and `classic` process up to the report with `keep: all`, then with `keep: results` and `keep: rttm`. The
prepared audio is then also made as FLAC.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import yaml

from bench.page import ROOT, print_heading, print_table
from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.formats.rttm import read_turns, write_rttm

DATA = (ROOT / ".." / "shared" / "data").resolve()
SYSTEMS = ["best", "classic"]
KEEP = ["all", "results", "rttm"]
TEXT = """
{count} recordings of real conversations, joined to one of {minutes:.0f} minutes, which the systems {systems} process alone. kB for each hour
of audio and each product, 1 kB = 1,000 bytes of content. *results*, *rttm*: whether the files remain with this value of
`keep`. The files of `report/assets/` are left out: there are {assets:.1f} MB of them in every report. Logs, records and pages
have a size that depends more on the number of recordings than on their length.
"""


def write_recording(folder: Path, data: Path) -> tuple[int, float]:
    """Write audio and reference of all conversations, joined; return their number and seconds."""
    parts, turns, count = [], [], 0
    for name in ("conversations", "conversations-2"):
        with open(data / name / "recordings.tsv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        for row in rows:
            prepare_audio(data / name / row["audio"], folder / "part.wav")
            start = sum(map(len, parts)) / SAMPLE_RATE
            for turn in read_turns(data / name / row["reference"]):
                moved = turn._replace(start=turn.start + start, end=turn.end + start)
                turns.append(moved._replace(speaker=f"{count}-{turn.speaker}"))
            parts.append(soundfile.read(folder / "part.wav", dtype="int16")[0])
            count += 1
    (folder / "part.wav").unlink()
    audio = np.concatenate(parts)
    soundfile.write(folder / "joined.wav", audio, SAMPLE_RATE)
    write_rttm(folder / "joined.rttm", "joined", turns)
    return count, len(audio) / SAMPLE_RATE


def run(folder: Path, *targets: str, **settings: str) -> None:
    """Run the workflow, with a corpus for each system."""
    corpora = [
        {"name": system, "audio": "joined.wav", "reference": ".", "systems": [system]}
        for system in SYSTEMS
    ]
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": corpora} | settings))
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "1"]
    command = list(map(str, [*command, *targets, "--configfile", "my.yaml"]))
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)


def sizes(folder: Path, system: str) -> Counter[str]:
    """Return the bytes of each product of the corpus of a system."""
    found: Counter[str] = Counter()
    for root in ("results", "logs"):
        for path in (folder / root).rglob("*"):
            if path.is_file() and (product := _product(path.relative_to(folder).parts, system)):
                found[product] += os.path.getsize(path)
    return found


def _product(parts: tuple[str, ...], system: str) -> str:
    """Return the product of a file of a corpus; "" for other files.

    >>> _product(("results", "best", "turns", "best", "a.parquet"), "best")
    'turns'
    """
    if parts[:3] == ("results", "report", "recordings"):
        return "report (page of the recording)" if parts[3] == system else ""
    if parts[1] != system:
        return ""
    if parts[0] == "logs":
        return "logs"
    if parts[2] in ("plan.jsonl", "recordings.tsv"):
        return "plan file"
    if parts[2] == "audio" and parts[3].endswith(".json"):
        return "audio (facts)"
    return parts[2]


def table_rows(of_keep: dict[str, list[Counter[str]]], flac: int, hours: float) -> Iterator[list]:
    """Yield a row for each product, the largest first, and rows with sums."""
    everything = of_keep["all"]
    products = sorted({name for found in everything for name in found})
    products.sort(key=lambda name: -max(found[name] for found in everything))
    for name in products:
        remains = [
            "yes" if any(found[name] for found in of_keep[keep]) else "no" for keep in KEEP[1:]
        ]
        yield [name, *(_kb(found[name], hours) for found in everything), *remains]
    yield ["audio, as FLAC", _kb(flac, hours), _kb(flac, hours), "no", "no"]
    for keep, all_found in of_keep.items():
        totals = [sum(found.values()) for found in all_found]
        yield [f"**sum, keep: {keep}**", *(_kb(total, hours) for total in totals), "", ""]
        if keep == "all":
            audio = [found["audio"] for found in all_found]
            with_flac = [total - wav + flac for total, wav in zip(totals, audio, strict=True)]
            yield ["**sum, keep: all, FLAC**", *(_kb(total, hours) for total in with_flac), "", ""]


def _kb(size: int, hours: float) -> str:
    return f"{size / 1000 / hours:,.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data.resolve()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as temporary:
        folder = Path(temporary)
        count, seconds = write_recording(folder, data)
        of_keep = {}
        for keep in KEEP:
            run(folder, keep=keep)
            of_keep[keep] = [sizes(folder, system) for system in SYSTEMS]
        assets = sum(map(os.path.getsize, (folder / "results/report/assets").iterdir()))
        run(folder, "audio", audio_format="flac")
        flac = sizes(folder, SYSTEMS[0])["audio"]
    text = TEXT.format(
        count=count, minutes=seconds / 60, systems=" and ".join(SYSTEMS), assets=assets / 1e6
    )
    print_heading("Disk use", text)
    columns = ["product", *(f"{system}, kB/h" for system in SYSTEMS), *KEEP[1:]]
    print_table(columns, table_rows(of_keep, flac, seconds / 3600))


if __name__ == "__main__":
    main()
