"""Removal of the vectors of speakers at the end of a run (`keep_embeddings: false`)."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from diarflow.planning.plan import Plan

_PRODUCTS = (
    ("embeddings", "embed_segments", (".npy", ".parquet")),
    ("voices", "summarize_speakers", (".npy", ".json")),
)


def vector_files(plan: Plan) -> Iterable[str]:
    """Yield the files of a plan that contain vectors of speakers, whether they exist or not."""
    for product, rule, endings in _PRODUCTS:
        for ending in endings:
            yield from plan.paths(product, rule, ending)
    for group in plan.link_groups:
        for system in group.systems:
            yield f"results/{group.corpora[0]}/speakers/{system}.pairs.npz"
            embedding = plan.settings.systems[system].embedding
            yield from (f"results/speakers/{embedding}{ending}" for ending in (".npy", ".json"))


def remove_vectors(plan: Plan) -> int:
    """Remove the vectors of speakers, and return the number of files."""
    count = 0
    for path in dict.fromkeys(vector_files(plan)):
        with suppress(FileNotFoundError):
            Path(path).unlink()
            count += 1
    return count
