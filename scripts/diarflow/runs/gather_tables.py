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
    is_intact,
    provenance_digest,
)
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
    scores = _records_of_scores(folder)
    state = hashlib.sha256()
    for name, record in scores.items():
        if not is_intact(folder.path / name, record):
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
    present = {path[0::3] for path in map(parse_artifact_path, folder.scores) if path}
    for name, record in folder.records.items():
        path = parse_artifact_path(name)
        if path is None or path[0::3] not in present or not record.made_from:
            continue
        own = provenance_digest(record.made_from)
        digest, other = found.setdefault(path[:3], (own, folder.path))
        if digest != own:
            where = "/".join(filter(None, path[:3]))
            raise InputError(
                f"{visible(folder.path)}: results of {where} have other settings or code than in {visible(other)}; "
                "run its shard again"
            )


def _records_of_scores(folder: ShardFolder) -> dict[str, ResultRecord]:
    """Return the records of the scores of the last run of a shard, sorted. Scores of earlier runs are left out."""
    if not folder.scores:
        raise InputError(f"{visible(folder.path)}: lists no scores; run the shard again")
    if lacking := sorted(set(folder.scores) - folder.records.keys()):
        raise InputError(
            f"{visible(folder.path)}: {counted(len(lacking), 'score')} missing: {examples(lacking)}; run the shard again"
        )
    return {name: folder.records[name] for name in sorted(folder.scores)}
