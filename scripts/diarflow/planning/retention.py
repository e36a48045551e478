"""Products that `keep` and `keep_embeddings` remove from the results."""

from diarflow.errors import InputError
from diarflow.exports import EXPORTS
from diarflow.settings import Settings

# audio, and arrays that grow with its duration
_LARGE = ("audio", "calls", "activations", "embeddings")
# tables between the audio and the RTTM
_TABLES = (
    "speech", "candidates", "changes", "overlap", "segments", "clusters", "turns", "external",
    "evidence",
)  # fmt: skip
_REMOVED = {"all": (), "results": _LARGE, "rttm": _LARGE + _TABLES}
_VECTORS = ("embeddings", "voices")


def removed_products(settings: Settings) -> frozenset[str]:
    """Return the folders below `results/{corpus}/` whose files are removed after their last use."""
    removed = frozenset(_REMOVED[settings.keep])
    return removed if settings.keep_embeddings else removed.union(_VECTORS)


def is_removed(path: str, products: frozenset[str]) -> bool:
    """Return whether the file of a product is removed. The facts of prepared audio stay.

    >>> products = frozenset({"audio"})
    >>> is_removed("results/ami/audio/ES2003a.wav", products), is_removed("results/ami/audio/ES2003a.json", products)
    (True, False)
    """
    if not products:
        return False
    parts = path.split("/", 3)
    if len(parts) < 4 or parts[0] != "results" or parts[2] not in products:
        return False
    return not (parts[2] == "audio" and path.endswith(".json"))


def check_exports(settings: Settings) -> None:
    """Raise InputError if a corpus exports to a format that refers to prepared audio, which is removed."""
    if "audio" not in removed_products(settings):
        return
    problems = [
        f"corpus {corpus.name}: exports: {name} refers to the prepared audio, which keep: {settings.keep} removes; "
        "expected keep: all, or other formats"
        for corpus in settings.corpora
        for name in corpus.exports
        if EXPORTS[name].refers_to_prepared
    ]
    if problems:
        raise InputError.of(problems)
