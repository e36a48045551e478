"""Tables of the scores of shards, without a plan of their recordings: for corpora that are too large for one plan.

The rows of each shard are read from its scores once, and kept in the folder of the tables.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from diarflow.artifacts.paths import parse_artifact_path
from diarflow.artifacts.tables import read_frames
from diarflow.atomic import atomic_write, make_folder
from diarflow.errors import InputError, visible
from diarflow.formats.text import counted, examples
from diarflow.runs.gather import ShardFolder, check_shards, read_shard_folder
from diarflow.runs.result_records import (
    FOLDER,
    ResultRecord,
    file_digest,
    provenance_digest,
)
from diarflow.runs.rows import CHANNELS, PLAN_FILE, iterate_rows
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.names import ALL
from diarflow.scoring.speaker_counts import tabulate_speaker_counts
from diarflow.scoring.totals import (
    add_rates,
    compute_totals,
    concatenate_rounded,
    totals_over_corpora,
    write_csv,
    write_parquet,
)

_ROWS = Path("rows")  # folder with the rows of each shard
_ORDER = ["corpus", "system", "recording"]


def gather_tables(
    folders: Sequence[Path],
    target: Path,
    splits: Mapping[str, str | None],
    *,
    partial: bool = False,
) -> pd.DataFrame:
    """Write der.csv of each corpus, and der.csv, der.parquet, comparisons.csv and speaker_counts.csv of the report.

    Return the totals. `splits` maps each corpus to its split. Raises InputError if a score is missing or damaged, if the
    folders do not fit together, if `target` is the folder of a run, or, unless `partial`, if shards are missing.
    """
    if (target / FOLDER).exists():
        raise InputError(
            f"{visible(target)}: is the folder of a run, expected one without results for the tables"
        )
    parts, light = [], []
    made_from: dict[tuple[str, str, str], tuple[str, Path]] = {}
    for path in folders:
        folder = read_shard_folder(path)
        _check_provenance(folder, made_from)
        parts.append(_rows_of(folder, target))
        light.append(ShardFolder(folder.path, folder.shard, folder.version, {}))
    missing, repeated = check_shards(light)
    if repeated:
        raise InputError(f"{repeated[0].partition(', with')[0]}; leave out all but one")
    if missing and not partial:
        raise InputError(
            f"{counted(len(missing), 'shard')} of {light[0].shard.total} missing: {examples(map(str, sorted(missing)))}; "
            "add their folders, or use --partial for tables of the others"
        )
    rows = pd.concat(parts, ignore_index=True).sort_values(_ORDER, kind="stable")
    rows = add_rates(rows.reset_index(drop=True))
    tables = []
    for corpus, of_corpus in rows.groupby("corpus", sort=True):
        tables.append(concatenate_rounded([of_corpus, compute_totals(of_corpus)]))
        write_csv(target / f"results/{corpus}/der.csv", tables[-1])
    der = concatenate_rounded([*tables, *totals_over_corpora(rows, splits)])
    report = target / "results/report"
    write_csv(report / "der.csv", der)
    write_parquet(report / "der.parquet", der)
    write_csv(report / "comparisons.csv", compare_systems(rows, splits))
    write_csv(report / "speaker_counts.csv", tabulate_speaker_counts(rows))
    return der[der["recording"] == ALL]


def _rows_of(folder: ShardFolder, target: Path) -> pd.DataFrame:
    """Return the rows of the scores of a shard: those that an earlier call has kept, if the scores are the same."""
    scores = {name: record for name, record in sorted(folder.records.items()) if _is_score(name)}
    _check_complete(folder, scores)
    state = hashlib.sha256()
    for name, record in scores.items():
        if not _is_intact(folder.path / name, record):
            raise InputError(
                f"{visible(folder.path / name)}: is missing or damaged; run the shard again"
            )
        state.update(f"{name} {record.sha256}\n".encode())
    kept = target / _ROWS / f"{state.hexdigest()[:24]}.parquet"
    if not kept.is_file():
        rows = read_frames("scores", [str(folder.path / name) for name in scores])
        make_folder(kept.parent)
        with atomic_write(kept) as temporary:
            rows.to_parquet(temporary, index=False)
    return pd.read_parquet(kept)


def _check_provenance(
    folder: ShardFolder, found: dict[tuple[str, str, str], tuple[str, Path]]
) -> None:
    """Raise InputError if results of a corpus and variant were made from other settings or code than in other shards.

    `found` has the digest of the provenance of each corpus, product and variant, and the folder in which it was found.
    """
    for name, record in folder.records.items():
        path = parse_artifact_path(name)
        if path is None or not record.made_from:
            continue
        own = provenance_digest(record.made_from)
        digest, other = found.setdefault(path[:3], (own, folder.path))
        if digest != own:
            where = "/".join(filter(None, path[:3]))
            raise InputError(
                f"{visible(folder.path)}: results of {where} have other settings or code than in {visible(other)}; "
                "run its shard again"
            )


def _is_score(name: str) -> bool:
    path = parse_artifact_path(name)
    return path is not None and path.product == "scores"


def _is_intact(path: Path, record: ResultRecord) -> bool:
    try:
        state = path.stat()
    except OSError:
        return False
    if (state.st_size, state.st_mtime_ns) == (record.size, record.mtime_ns):
        return True
    return state.st_size == record.size and file_digest(path) == record.sha256


def _check_complete(folder: ShardFolder, scores: Mapping[str, ResultRecord]) -> None:
    """Raise InputError if a recording with a reference has no score of a system that others have."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in scores:
        if path := parse_artifact_path(name):
            found.setdefault((path.corpus, path.variant), set()).add(path.recording)
    for plan in sorted(folder.path.glob(f"results/*/{PLAN_FILE}")):
        corpus, expected = plan.parent.name, _scored_ids(plan)
        systems = [system for name, system in found if name == corpus]
        if expected and not systems:
            raise InputError(f"{visible(folder.path)}: no scores of {corpus}; run the shard again")
        for system in systems:
            if lacking := sorted(expected - found[corpus, system]):
                raise InputError(
                    f"{visible(folder.path)}: {counted(len(lacking), 'recording')} of {corpus} without a score of "
                    f"{system}: {examples(lacking)}; run the shard again"
                )


def _scored_ids(plan: Path) -> set[str]:
    """Return the ids of the recordings in a plan file that have a reference; of calls, those with one of each channel."""
    has_reference: dict[str, bool] = {}
    calls: dict[str, list[str]] = {}
    for id, row in iterate_rows(plan):
        channels = [channel["recording"] for channel in row.get(CHANNELS, {}).get("channels", [])]
        if channels:
            calls[id] = channels
        else:
            has_reference[id] = bool(row.get("reference", {}).get("reference"))
    of_calls = {channel for channels in calls.values() for channel in channels}
    scored = {id for id, value in has_reference.items() if value and id not in of_calls}
    return scored | {id for id, channels in calls.items() if all(map(has_reference.get, channels))}
