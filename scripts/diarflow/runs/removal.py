"""Removal of the files that `keep` and `keep_embeddings` do not keep, at the end of a successful run.

Snakemake removes most of them during the run (`planning/temporary_results.py`). Files of runs that were killed, or that
had other settings, are removed here.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from diarflow.atomic import remove_own
from diarflow.formats.text import examples
from diarflow.planning.plan import Plan
from diarflow.prefix import current_prefix, prefixed, without_prefix

# rule and endings of the files of each product
_FILES: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "audio": [("prepare_audio", (".wav", ".flac"))],
    "calls": [("join_channels", (".wav",))],
    "activations": [("compute_activations", (".npy", ".json"))],
    "speech": [("detect_speech", (".parquet",))],
    "candidates": [("detect_changes", (".parquet",))],
    "changes": [("detect_changes", (".parquet",))],
    "overlap": [("detect_overlap", (".parquet",))],
    "segments": [("resegment", (".parquet",))],
    "embeddings": [("embed_segments", (".npy", ".parquet"))],
    "clusters": [("cluster_segments", (".parquet",))],
    "turns": [("build_turns", (".parquet",))],
    "external": [("run_command", (".txt", ".json")), ("run_pipeline", (".txt", ".json"))],
    "evidence": [("collect_evidence", (".parquet",))],
    "voices": [("summarize_speakers", (".npy", ".json"))],
}


def removed_files(plan: Plan, targets: Collection[str] = ()) -> Iterator[str]:
    """Yield the files of a plan that are not kept, whether they exist or not.

    The products of `targets`, files that the command line requests, are kept.
    """
    own = [without_prefix(path, current_prefix()) or "" for path in targets]
    requested = {path.split("/")[2] for path in own if path.count("/") > 2}
    for product in sorted(plan.removed - requested):
        for rule, endings in _FILES[product]:
            for ending in endings:
                yield from plan.paths(product, rule, ending)
    if not plan.settings.keep_embeddings:
        yield from _vectors_of_links(plan)


def _vectors_of_links(plan: Plan) -> Iterator[str]:
    """Yield the vectors of known people, and the caches of pairs of voices."""
    for group in plan.link_groups:
        for system in group.systems:
            yield f"results/{group.corpora[0]}/speakers/{system}.pairs.npz"
            embedding = plan.settings.systems[system].embedding
            yield from (f"results/speakers/{embedding}{ending}" for ending in (".npy", ".json"))


def remove_files(plan: Plan, targets: Collection[str] = ()) -> Iterator[str]:
    """Remove the files that are not kept, and yield a line with their number and size if there are any.

    Files behind links are kept, and a line names some of them.
    """
    count = size = 0
    linked = []
    for path in map(Path, map(prefixed, dict.fromkeys(removed_files(plan, targets)))):
        try:
            bytes_of_file = path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            continue
        if remove_own(path):
            count, size = count + 1, size + bytes_of_file
        else:
            linked.append(str(path))
    if linked:
        yield f"files that are not kept, but are folders or behind links, remain: {examples(linked)}"
    if count:
        files = "1 file that is" if count == 1 else f"{count:,} files that are"
        yield f"removed {files} not kept, {size / 1e6:,.1f} MB"
