"""Names that a configuration must not use, because folders, rows or files of the results have them."""

from collections.abc import Collection, Iterator

from diarflow.settings.base import BLOCKS, STAGES
from diarflow.settings.config import Settings
from diarflow.settings.introspection import shortened

# folders and rows of the results and of the report
RESERVED = (
    "activations", "all", "assets", "audio", "candidates", "changes", "clusters", "completed", "confidence", "data",
    "embeddings", "exports", "failures", "none", "overlap", "provenance", "recordings", "records", "reference", "report", "rttm",
    "scores", "segments", "simulated", "speakers", "speech", "tuning", "turns",
)  # fmt: skip
# A fusion of all systems may have this name.
_ALLOWED_FOR_SYSTEMS = {"all"}
# devices, which Windows has in every folder
DEVICES = (
    "aux",
    "con",
    "nul",
    "prn",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
)
# Variants have folders of their own, and may have the names of other results.
RESERVED_FOR_VARIANTS = ("all", "completed")
BACKENDS = ("none", "oracle")  # a variant of this name has this backend
MAX_NAME = 100  # characters
_MAX_FOLDER = 200  # characters of the variants in the name of a folder; file systems allow 255
_STAGES_OF_FOLDERS = STAGES[:-1]  # clusters/ has the variants of all stages before it in its names
_NAMED_BLOCKS = ("systems", "training", "tuning", "plda", "confidence_training", "models")
_MAKERS_OF_MODELS = ("training", "plda", "confidence_training")  # each in a folder of models/

_Problem = tuple[tuple, str]  # path of the setting, and message


def name_problems(settings: Settings) -> Iterator[_Problem]:
    """Yield each name that is reserved, repeated or too long."""
    for number, corpus in enumerate(settings.corpora):
        yield from _problems(("corpora", number, "name"), corpus.name, RESERVED)
    yield from _repeated_corpora(settings)
    for block in _NAMED_BLOCKS:
        allowed = _ALLOWED_FOR_SYSTEMS if block == "systems" else set()
        for name in getattr(settings, block):
            yield from _problems((block, name), name, [n for n in RESERVED if n not in allowed])
    for block in _MAKERS_OF_MODELS:
        for name in settings.models.keys() & getattr(settings, block).keys():
            yield ("models", name), f"has the name of an entry of {block}, expected another name"
    for block in BLOCKS:
        for name, variant in getattr(settings, block).items():
            yield from _problems((block, name), name, RESERVED_FOR_VARIANTS)
            if name in BACKENDS and variant.backend != name:
                yield (block, name), f"has the backend {variant.backend}, expected another name"
    for name, system in settings.systems.items():
        folder = ".".join(getattr(system, stage) or "" for stage in _STAGES_OF_FOLDERS)
        if len(folder) > _MAX_FOLDER:
            message = f"has variants whose names have {len(folder)} characters together"
            yield ("systems", name), f"{message}, expected at most {_MAX_FOLDER}"


def _problems(path: tuple, name: str, reserved: Collection[str]) -> Iterator[_Problem]:
    """Yield the problem of a name, if it has one. Case is ignored, because some file systems ignore it."""
    verb = f"is {name}, which is" if path[-1] == "name" else "is"
    if name.lower() in reserved:
        yield path, f"{verb} reserved; expected none of {shortened(reserved, length=130)}"
    if name.lower() in DEVICES:
        yield (
            path,
            f"{verb} reserved by Windows; expected none of {', '.join(DEVICES[:4])}, com1, lpt1 and so on",
        )
    if len(name) > MAX_NAME:
        yield path, f"has {len(name)} characters, expected at most {MAX_NAME}"


def _repeated_corpora(settings: Settings) -> Iterator[_Problem]:
    """Yield each corpus with the name of another one, apart from case."""
    names: dict[str, str] = {}
    for number, corpus in enumerate(settings.corpora):
        other = names.get(corpus.name.lower())
        if other is not None:
            case = "" if other == corpus.name else f" in other case ({other})"
            path = ("corpora", number, "name")
            yield path, f"is {corpus.name}, which another corpus has{case}; expected another name"
        names[corpus.name.lower()] = corpus.name
