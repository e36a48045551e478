"""Checks before the first job: packages, models, references and other files that the settings in use need."""

import csv
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from diarflow import changes, clustering, embedding, networks, overlap, speech, turns
from diarflow.backends import Backend
from diarflow.digests import versions
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.planning.confidence_request import reads_reference
from diarflow.planning.fetched_models import fetched_problems
from diarflow.planning.file_listing import is_in_own_results
from diarflow.planning.model_checks import is_trained
from diarflow.planning.plan import Plan
from diarflow.remote import PLUGINS, is_remote, scheme, shown_location

BACKENDS: dict[str, dict[str, Backend]] = {
    "networks": networks.NETWORKS,
    "speech": speech.DETECTORS,
    "changes": changes.DETECTORS,
    "overlap": overlap.DETECTORS,
    "embedding": embedding.EMBEDDERS,
    "clustering": clustering.CLUSTERERS,
    "turns": turns.BUILDERS,
}
PIPELINE_PACKAGES = ("pyannote-audio", "torch")
_MODEL_EXTENSIONS = (".bin", ".ckpt", ".h5", ".keras", ".npz", ".onnx", ".pt", ".yaml", ".yml")
_REMEDY = "run `pip install diarflow`, or use --sdm conda"
_REMEDIES = {
    "pyannote": "run `pip install 'diarflow[pyannote]'`, or `make pyannote` in a checkout",
    "train": "run `pip install 'diarflow[train]'`",
}
_MOST_IDS = 3  # shown in a message
_BASELINE_COLUMNS = (
    "corpus",
    "system",
    "recording",
    "protocol",
    "missed",
    "false_alarm",
    "confusion",
)


def check_installed(plan: Plan) -> None:
    """Raise InputError if a variant in use needs a package that is not installed or a model that does not exist."""
    problems: list[str] = []
    for block, backends in BACKENDS.items():
        for name in plan.used(block):
            variant = getattr(plan.settings, block)[name]
            backend = backends[variant.backend]
            problems += _missing_packages(f"{block}.{name}", backend.packages, backend.environment)
            model = getattr(variant, "model", None) or ""
            is_file = model.endswith(_MODEL_EXTENSIONS)
            if is_file and not (is_trained(model, plan.settings) or model_path(model).is_file()):
                problems.append(f"{block}.{name}.model is {model}: no such file")
    for system in dict.fromkeys(name for names in plan.systems.values() for name in names):
        if plan.settings.systems[system].kind == "pipeline":
            problems += _missing_packages(f"systems.{system}", PIPELINE_PACKAGES, "pyannote")
    problems += fetched_problems(plan)
    if problems:
        raise InputError.of(problems)


def check_remote(plan: Plan, *, uses_conda: bool) -> None:
    """Raise InputError if a recording lies in object storage whose storage plugin is not installed."""
    locations = (
        location
        for recording in plan.recordings.values()
        for location in (recording.audio, recording.reference)
        if location and is_remote(location)
    )
    first = {scheme(location): location for location in locations}
    for name, location in first.items():
        plugin = PLUGINS[name]
        where = f"{shown_location(location)} needs snakemake-storage-plugin-{plugin}"
        if plugin and uses_conda:
            raise InputError(f"{where}, which the environments of --sdm conda do not contain")
        if plugin and not find_spec(f"snakemake_storage_plugin_{plugin}"):
            raise InputError(f"{where}, not installed here: run `pip install 'diarflow[remote]'`")


def _missing_packages(user: str, packages: Iterable[str], environment: str) -> Iterator[str]:
    """Yield a line if a variant or system needs packages that are not installed."""
    installed = versions(*packages)
    if missing := [name for name, version in installed.items() if version == "missing"]:
        yield (
            f"{user} needs {', '.join(missing)}, not installed here: {_REMEDIES.get(environment, _REMEDY)}"
        )


def check_choices(plan: Plan) -> None:
    """Raise InputError if a member of a choosing system has an oracle."""
    settings = plan.settings
    problems = [
        f"systems.{name}: choose contains {member}, which takes a stage from the references; expected other systems"
        for name, system in settings.systems.items()
        for member in system.choose or ()
        if reads_reference(settings, member)
    ]
    if problems:
        raise InputError.of(problems)


def check_references(plan: Plan) -> None:
    """Raise InputError if a system with an oracle stage runs on recordings without a reference."""
    problems: list[str] = []
    for corpus, systems in plan.systems.items():
        lacking = [id for id in plan.ids(corpus) if not plan.recordings[corpus, id].reference]
        for system in systems:
            if lacking and reads_reference(plan.settings, system):
                shown = ", ".join(lacking[:_MOST_IDS])
                shown += ", ..." if len(lacking) > _MOST_IDS else ""
                problems.append(
                    f"corpus {corpus}: system {system} takes a stage from the references, and "
                    f"{len(lacking)} recordings have none ({shown}); expected a reference for each"
                )
    if problems:
        raise InputError.of(problems)


def check_baseline(path: str | None) -> None:
    """Raise InputError if `report.baseline` is not the der.csv of an earlier run, kept outside the results of this one."""
    if path is None:
        return
    where = f"report.baseline is {path}"
    if is_in_own_results(path):
        raise InputError(
            f"{where}: lies in the results of this run, which replaces it; expected a copy elsewhere"
        )
    try:
        with open(path, encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "not a table of text"
        raise InputError(f"{where}: {reason}; expected the der.csv of an earlier run") from None
    if missing := [name for name in _BASELINE_COLUMNS if name not in columns]:
        raise InputError(
            f"{where}: has no column {', '.join(missing)}; expected the der.csv of an earlier run"
        )
