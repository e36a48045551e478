"""
What a rule's result depends on beside its inputs, as the one string of its params. No rules.

in   settings, the code of scripts and backends, versions of libraries, models, files of single speakers
"""

from functools import cache

from diarflow.backends import MODELS, PACKAGE
from diarflow.digests import canonical, digest, versions
from diarflow.planning.code_digest import code_digest
from diarflow.simulation.speakers import choose, list_speakers, stamp
from diarflow.planning.requirements import BACKENDS

SCRIPTS = PACKAGE.parent


def job(rule, *packages, **values):
    """What a rule's result depends on beside its inputs, as the one string of its params."""
    return canonical(
        settings=values,
        code=code_digest(SCRIPTS / f"{rule}.py"),
        versions=versions(*packages),
    )


@cache
def variant_job(rule, stage, name):
    """The same for a variant of a stage, with the code, libraries and models of its backend."""
    values = getattr(settings, stage)[name].model_dump()
    backend = BACKENDS[stage][values["backend"]]
    return canonical(
        settings=values,
        code=code_digest(SCRIPTS / f"{rule}.py", backend.source),
        versions=versions("numpy", *backend.packages),
        models={
            model: digest(MODELS / model) for model in backend.models + shipped(values)
        },
    )


def shipped(values):
    """The model that a variant names, where it is one of those in resources/models."""
    model = values.get("model") or ""
    return (
        (model,)
        if model and not own_model(model) and (MODELS / model).is_file()
        else ()
    )


# what of a training's settings decides on the training set; the rest is about learning from it
SET_SETTINGS = {"kinds", "max_pause", "neighbourhood", "features", "normalisation"}


def training_set_job(name):
    values = settings.training[name].model_dump(include=SET_SETTINGS)
    return job(
        "build_training_set", "numpy", "librosa", examples=plan.examples(name), **values
    )


def training_job(name):
    values = settings.training[name].model_dump(exclude=SET_SETTINGS | {"validation"})
    return job("train_change_detector", "tensorflow-cpu", "keras", **values)


@cache
def plda_job(name):
    """The params of a PLDA: its settings, its embedding, and the state of its speakers' files."""
    chosen = settings.plda[name]
    values = settings.embedding[chosen.embedding].model_dump()
    backend = BACKENDS["embedding"][values["backend"]]
    speakers = choose(list_speakers(chosen.speakers), chosen.part)
    return canonical(
        settings=chosen.model_dump() | {"variant": values},
        code=code_digest(SCRIPTS / "train_plda.py", backend.source),
        versions=versions("numpy", "scipy", "soundfile", "soxr", *backend.packages),
        models={
            model: digest(MODELS / model) for model in backend.models + shipped(values)
        },
        speakers=stamp(speakers),
    )


@cache
def simulation_job(corpus):
    """The params of a simulated corpus: its settings, and the state of its speakers' files."""
    chosen = next(
        one.simulate for one in settings.corpora if one.name == corpus and one.simulate
    )
    speakers = choose(list_speakers(chosen.speakers), chosen.part, chosen.leave_out)
    return canonical(
        settings=chosen.model_dump(exclude={"conversations"}),
        code=code_digest(SCRIPTS / "simulate_conversations.py"),
        versions=versions("numpy", "scipy", "soundfile", "soxr"),
        speakers=stamp(speakers),
        turn_taking=digest(SCRIPTS / "diarflow" / "simulation" / "turn_taking.json"),
    )


def pages_digest():
    """What the pages are made with: templates, style and scripts."""
    folder = SCRIPTS / "diarflow" / "report" / "pages"
    return " ".join(digest(path) for path in sorted(folder.iterdir()))
