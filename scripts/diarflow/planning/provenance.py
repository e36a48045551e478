"""Provenance of results: one string per job with everything that its result depends on besides its inputs.

Snakemake compares the params of a rule as a set of values without their names, and sees neither the modules that a
script imports nor an upgraded library. One canonical string holds the settings, the code, the versions of libraries
and the digests of models, so that a job runs again exactly if something that can change its result has changed.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from diarflow.backends import MODELS, PACKAGE
from diarflow.digests import canonical, digest
from diarflow.embedding.card import network_file
from diarflow.exports import EXPORTS
from diarflow.networks.onnx import model_path
from diarflow.planning.code_digest import code_digest
from diarflow.planning.confidence_request import other_systems, source_system
from diarflow.planning.environments import place_digest
from diarflow.planning.fetched_models import is_made
from diarflow.planning.package_versions import job_versions
from diarflow.planning.plan import Plan
from diarflow.planning.recording import is_read_at_planning
from diarflow.planning.requirements import BACKENDS
from diarflow.settings.embedding_card import read_card
from diarflow.simulation.speakers import files_stamp, list_speakers, select_speakers

SCRIPTS = PACKAGE.parent
TURN_TAKING = PACKAGE / "simulation" / "turn_taking.json"
PAGES = PACKAGE / "report" / "pages"
_EXTERNAL_SETTINGS = {
    "run_command": {"command", "version", "environment"},
    "fuse_systems": {"fuse", "weights"},
    "choose_system": {"choose", "margin"},
    "run_pipeline": {"pipeline", "token_variable", "device", "exclusive"},
}
# settings of a training that the training set depends on; the network depends on the others
_TRAINING_SET = {"kinds", "max_pause", "neighbourhood", "features", "normalisation"}


def rule_provenance(rule: str, *packages: str, **settings: Any) -> str:
    """Return the provenance of a rule that has no backend."""
    return canonical(
        settings=settings, code=code_digest(_script(rule)), versions=job_versions(*packages)
    )


def export_provenance(name: str, script: str, **settings: Any) -> str:
    """Return the provenance of an export to a format, by a script."""
    export = EXPORTS[name]
    return canonical(
        settings={"format": name, **settings},
        code=code_digest(_script(script), export.source),
        versions=job_versions(*export.packages),
    )


def file_digests(paths: Iterable[str]) -> dict[str, str]:
    """Return the digests of files of the user. Files that a rule makes are left out.

    Snakemake compares the order of times, and would miss a file that an older one replaces.
    """
    return {
        path: digest(Path(path))
        for path in paths
        if is_read_at_planning(path) and Path(path).is_file()
    }


def pages_digest() -> str:
    """Return the digests of the templates, styles and scripts of the report's pages."""
    return " ".join(digest(path) for path in sorted(PAGES.iterdir()))


class Provenance:
    """Provenance of the jobs whose settings depend on a variant, a corpus or a training."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._settings = plan.settings
        self.variant = cache(self._variant)
        self.external = cache(self._external)
        self.plda = cache(self._plda)
        self.simulation = cache(self._simulation)

    def _variant(
        self, rule: str, block: str, name: str, stages: tuple[tuple[str, str], ...] = ()
    ) -> str:
        """Return the provenance of a rule with a backend, for a variant of its block of settings.

        `stages` are pairs of a stage and its variant in a system, for results that are named after the system.
        """
        values = _values(getattr(self._settings, block)[name])
        backend = BACKENDS[block][values["backend"]]
        return canonical(
            settings=values,
            code=code_digest(_script(rule), backend.source),
            versions=job_versions("numpy", *backend.packages),
            models=_model_digests(backend.models, values),
            **({"stages": dict(stages)} if stages else {}),
        )

    def _external(self, rule: str, system: str, packages: tuple[str, ...]) -> str:
        """Return the provenance of an external system: its settings, and the files of its environment or model."""
        names = _EXTERNAL_SETTINGS[rule]
        values = self._settings.systems[system].model_dump(include=names)
        places = [place for name in ("environment", "pipeline") if (place := values.get(name))]
        return canonical(
            settings=values,
            code=code_digest(_script(rule)),
            versions=job_versions(*packages),
            files={place: place_digest(place) for place in places},
        )

    def evidence(self, corpus: str, system: str, packages: tuple[str, ...]) -> str:
        """Return the provenance of the evidence about a system: the systems that it is taken from."""
        settings, systems = self._settings, self._plan.systems[corpus]
        return rule_provenance(
            "collect_evidence",
            *packages,
            source=source_system(settings, systems, system),
            others=other_systems(settings, systems, system),
        )

    def confidence(self, packages: tuple[str, ...]) -> str:
        """Return the provenance of confidences: the calibrator."""
        values = {"model": self._settings.confidence.model}
        return canonical(
            settings=values,
            code=code_digest(_script("estimate_confidence")),
            versions=job_versions(*packages),
            models=_model_digests((), values),
        )

    def confidence_training(self, name: str) -> str:
        """Return the provenance of a calibrator: its settings and its recordings."""
        values = self._settings.confidence_training[name].model_dump()
        return rule_provenance(
            "train_confidence_calibrator",
            "numpy",
            "scipy",
            examples=self.confidence_examples(),
            **values,
        )

    def confidence_examples(self) -> list[dict[str, str]]:
        """Return corpus, recording and system of all evidence that a calibrator is trained on. Calls are left out."""
        plan, splits = self._plan, {c.name: c.split for c in self._settings.corpora}
        return [
            {"corpus": corpus, "recording": id, "system": system}
            for corpus in plan.systems
            if splits[corpus] != "test"
            for id in plan.scored_ids(corpus)
            if not plan.calls.is_call(corpus, id)
            for system in plan.systems_of("collect_evidence", corpus)
        ]

    def training_set(self, name: str) -> str:
        """Return the provenance of the features and labels of a training."""
        values = self._settings.training[name].model_dump(include=_TRAINING_SET)
        examples = self.examples(name)
        return rule_provenance(
            "build_training_set", "numpy", "librosa", examples=examples, **values
        )

    def training(self, name: str) -> str:
        """Return the provenance of a trained change detector."""
        exclude = _TRAINING_SET | {"validation"}
        values = self._settings.training[name].model_dump(exclude=exclude)
        return rule_provenance("train_change_detector", "tensorflow-cpu", "keras", **values)

    def examples(self, training: str) -> list[dict[str, Any]]:
        """Return the recordings of a training.

        `validation` of each is true if it is held out, false if not, and None if the job decides.
        """
        validation = self._settings.training[training].validation
        splits = {corpus.name: corpus.split for corpus in self._settings.corpora}
        return [
            {
                "corpus": recording.corpus,
                "recording": recording.id,
                "audio": f"results/{recording.corpus}/audio/{recording.id}.{self._settings.audio_format}",
                "reference": f"results/{recording.corpus}/reference/{recording.id}.rttm",
                "validation": None if validation is None else recording.corpus in validation,
            }
            for recording in self._plan.recordings.values()
            if recording.reference and splits[recording.corpus] != "test"
        ]

    def _plda(self, name: str) -> str:
        """Return the provenance of a PLDA: its settings, its embedding, and the files of its speakers."""
        plda = self._settings.plda[name]
        values = _values(self._settings.embedding[plda.embedding])
        backend = BACKENDS["embedding"][values["backend"]]
        if frames := values.get("frames"):
            values["frames"] = _values(self._settings.networks[frames])
        speakers = select_speakers(list_speakers(plda.speakers), plda.part)
        return canonical(
            settings=plda.model_dump() | {"variant": values},
            code=code_digest(_script("train_plda"), backend.source),
            versions=job_versions("numpy", "scipy", "soundfile", "soxr", *backend.packages),
            models=_model_digests(backend.models, values),
            speakers=files_stamp(speakers),
        )

    def _simulation(self, corpus: str) -> str:
        """Return the provenance of a simulated corpus: its settings, and the files of its speakers."""
        simulation = next(
            source.simulate
            for source in self._settings.corpora
            if source.name == corpus and source.simulate
        )
        speakers = select_speakers(
            list_speakers(simulation.speakers), simulation.part, simulation.leave_out
        )
        return canonical(
            settings=simulation.model_dump(exclude={"conversations"}),
            code=code_digest(_script("simulate_conversations")),
            versions=job_versions("numpy", "scipy", "soundfile", "soxr"),
            speakers=files_stamp(speakers),
            turn_taking=digest(TURN_TAKING),
        )


def _script(rule: str) -> Path:
    return SCRIPTS / f"{rule}.py"


def _values(variant: Any) -> dict[str, Any]:
    """Return the settings of a variant, with the content of the card that it names."""
    values = variant.model_dump()
    if variant.backend == "onnx" and (path := model_path(variant.model)).is_file():
        values["card"] = read_card(path).model_dump()
    return values


def _model_digests(models: tuple[str, ...], values: dict[str, Any]) -> dict[str, str]:
    """Return the digests of the models that a backend and its settings name, except those that a rule makes.

    The content of a user's model counts, not its time: a restored backup is older than the results.
    """
    model = values.get("model") or ""
    paths = {name: MODELS / name for name in models}
    if model and not is_made(model):
        paths[model] = model_path(model)
    if card := values.get("card"):
        file = network_file(model_path(model), card["model"])
        is_fetched = is_made(card["model"]) and file == model_path(card["model"])
        paths = {} if is_fetched else {card["model"]: file}
    return {name: digest(path) for name, path in paths.items() if path.is_file()}
