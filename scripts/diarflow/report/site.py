"""The site: `index.html` and the pictures of its recordings."""

from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts import mark_of
from diarflow.audio import duration
from diarflow.formats.rttm import read_comments, read_turns
from diarflow.formats.uem import read_uem
from diarflow.hypothesis import NUMBER_GIVEN
from diarflow.intervals import Interval, Turn
from diarflow.ledger import Failure, read_failures
from diarflow.lineage import versions
from diarflow.report.names import ALL, COMPLETED
from diarflow.report.page import write_page
from diarflow.report.pictures import draw_turns, matched_colours
from diarflow.report.totals import read_csv


def write_site(index, der, content: dict[str, Any]) -> None:
    """Write the page and a picture for each recording, out of the der.csv of all corpora.

    `content` says what the report is about: see `diarflow.plan.Plan.report`.
    """
    rows = read_csv(der)
    is_total = rows["recording"].isin([ALL, COMPLETED])
    aside = _aside(rows[~is_total])
    told = pd.Series(
        [(row.corpus, row.system) in aside or row.recording == ALL for row in rows.itertuples()],
        index=rows.index,
        dtype=bool,
    )
    pictures = [_picture(Path(index).parent, **one) for one in content["recordings"]]
    write_page(
        index,
        recordings=len(content["recordings"]),
        corpora=sorted({one["corpus"] for one in content["recordings"]}),
        collar=content["collar_each_side"],
        failures=_failures(content),
        totals=rows[is_total & told].to_dict("records"),
        rows=rows[~is_total].to_dict("records"),
        given=bool(rows["speakers_given"].any()),
        pictures=pictures,
        stages=content["stages"],
        systems=content["systems"],
        versions=versions(
            "snakemake", "pyannote-metrics", "scikit-learn", "onnxruntime", "librosa"
        ),
    )


def _aside(rows: pd.DataFrame) -> set[tuple[str, str]]:
    """Corpora and systems whose rows COMPLETED differ from ALL, since recordings were set aside."""
    pairs = {(row.corpus, row.system) for row in rows.itertuples() if row.set_aside}
    return pairs | {(ALL, system) for _, system in pairs}


def _failures(content: dict[str, Any]) -> list[Failure]:
    names = {}
    for one in content["recordings"]:
        names.setdefault(one["corpus"], {})[one["recording"]] = one["reference"]
    return [
        failure
        for corpus, variants in content["variants"].items()
        for failure in read_failures(corpus, variants, names.get(corpus, {}))
    ]


def _picture(
    folder: Path, *, corpus: str, recording: str, systems: list[str], reference: bool
) -> dict[str, str]:
    results = folder.parent / corpus
    lanes: dict[str, list[Turn]] = {}
    extent: list[Interval] = []
    notes = []
    if not reference:
        notes.append("no reference")
    elif mark_of(path := results / "reference" / f"{recording}.rttm"):
        notes.append("reference set aside")
    else:
        lanes["reference"] = read_turns(path)
        extent = read_uem(path.with_suffix(".uem")).get(recording, [])
    hypotheses = {}
    for system in systems:
        path = results / "rttm" / system / f"{recording}.rttm"
        hypotheses[system] = read_turns(path)
        if NUMBER_GIVEN in read_comments(path):
            notes.append(f"{system} was given the number of speakers")
    lanes |= hypotheses
    colours = matched_colours(lanes.get("reference", []), hypotheses, extent)
    path = Path("recordings") / corpus / f"{recording}.png"
    seconds = duration(results / "audio" / f"{recording}.wav")
    last = max((turn.end for turns in lanes.values() for turn in turns), default=1.0)
    lane_colours = {name: colours.get(name, {}) for name in lanes}
    draw_turns(folder / path, lanes, lane_colours, duration=seconds or last)
    caption = "; ".join([f"{name}: {_speakers(turns)}" for name, turns in lanes.items()] + notes)
    return {"corpus": corpus, "recording": recording, "path": path.as_posix(), "caption": caption}


def _speakers(turns: list[Turn]) -> str:
    count = len({turn.speaker for turn in turns})
    return f"{count} speaker{'' if count == 1 else 's'}"
