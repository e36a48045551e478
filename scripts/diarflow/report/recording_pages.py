"""The pages of recordings: each is written where what it shows has changed, the others stay."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts.failures import Failure
from diarflow.atomic import written_whole
from diarflow.report.audio_player import link
from diarflow.report.metrics import shown
from diarflow.report.rendering import made_of, write_page
from diarflow.report.recording_artifacts import Shown
from diarflow.scoring.names import ALL, COMPLETED
from diarflow.timeline.intervals import Seconds

Key = tuple[str, str]  # corpus and recording


def write_recordings(
    folder: Path,
    rows: pd.DataFrame,
    content: Mapping[str, Any],
    aside: Iterable[Failure],
    made_with: str,
) -> dict[str, list[Seconds]]:
    """Have a page for each recording, and nothing else; return how long those with audio are, by corpus."""
    scores, failed = _scores(rows), _by_recording(aside)
    names = [(one["corpus"], one["recording"]) for one in content["recordings"]]
    seconds: dict[str, list[Seconds]] = {}
    pages: dict[Path, str] = {}
    common = {"figures": shown(rows), "collar": content["collar_each_side"]}
    for place, one in enumerate(content["recordings"]):
        key = corpus, name = names[place]
        recording = Shown(
            **one, variants=content["variants"][corpus], audio=content.get("audio", "linked")
        )
        page = common | {
            "corpus": corpus,
            "recording": name,
            "failures": [told(failure, recording.page) for failure in failed.get(key, ())],
            "rows": scores.get(key, []),
            "links": recording.links(),
            "logs": recording.logs(),
            **_around(names, place, recording.page),
        }
        pages[recording.page] = digest = recording.digest(made_with, page)
        if made_of(recording.page) != digest:
            data = recording.data()
            drawn = {name: value for name, value in data.items() if name != "audio"}
            page |= {"data": data, "drawn": drawn, "notes": recording.notes, "made_of": digest}
            write_page(recording.page, "recording", page)
        if recording.seconds:
            seconds.setdefault(corpus, []).append(round(recording.seconds, 3))
    _list(folder, pages)
    return seconds


def _scores(rows: pd.DataFrame) -> dict[Key, list[dict[str, Any]]]:
    """The rows of each recording."""
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    held = [single[name].tolist() for name in single.columns]
    found: dict[Key, list[dict[str, Any]]] = {}
    for values in zip(*held, strict=True):
        row = dict(zip(single.columns, values, strict=True))
        found.setdefault((row["corpus"], row["recording"]), []).append(row)
    return found


def _by_recording(failures: Iterable[Failure]) -> dict[Key, list[Failure]]:
    found: dict[Key, list[Failure]] = {}
    for one in failures:
        found.setdefault((one.corpus, one.recording), []).append(one)
    return found


def _around(names: Sequence[Key], place: int, page: Path) -> dict[str, str]:
    """The addresses of the pages before and after, as far as there are such."""
    found = {"before": "", "after": ""}
    for side, other in (("before", place - 1), ("after", place + 1)):
        if 0 <= other < len(names):
            corpus, name = names[other]
            found[side] = link(page.parent.parent / corpus / f"{name}.html", page)
    return found


def told(failure: Failure, page: Path) -> dict[str, str]:
    """A failure with the address of its log, and of the page of its recording."""
    recording = page.parent / "recordings" / failure.corpus / f"{failure.recording}.html"
    return failure._asdict() | {
        "address": link(failure.log, page),
        "page": link(recording, page),
    }


def _list(folder: Path, pages: Mapping[Path, str]) -> None:
    """Write which pages there are, and the digest of what each shows; remove what else lies among them."""
    lines = [f"{page.parent.name}\t{page.stem}\t{digest}\n" for page, digest in pages.items()]
    with written_whole(folder / "pages.tsv") as beside:
        Path(beside).write_text("corpus\trecording\tmade_of\n" + "".join(lines), encoding="utf-8")
    for path in set(folder.glob("*/*")) - set(pages):
        path.unlink()
    for corpus in [path for path in folder.iterdir() if path.is_dir()]:
        if not any(corpus.iterdir()):
            corpus.rmdir()
