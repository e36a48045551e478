"""
Settings, recordings, and the helpers that rules call. No rules.

in   config.yaml and what is laid over it; the tables of recordings
out  results/{corpus}/recordings/{recording}.json   what the table says of each recording, and its parts
     results/{corpus}/recordings.tsv                recording ids, the names they stand for, audio
"""

import atexit
import os
import time
from functools import cache
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from diarflow.backends import MODELS
from diarflow.corpora import Needs, read_corpora, unknown_in_references
from diarflow.errors import InputError
from diarflow.files import remove_leftovers
from diarflow.haste import hasten
from diarflow.lineage import PACKAGE, canonical, digest, revision, versions
from diarflow.locks import drop_dead_locks
from diarflow.needs import (
    UNKNOWN,
    is_light,
    length,
    length_by_header,
    memory,
    minutes,
)
from diarflow.plan import VARIANTS, Plan
from diarflow.report.summary import earlier_failures, failure_lines, made_lines
from diarflow.report.times import remove_superseded
from diarflow.rows import write_rows
from diarflow.settings import is_oracle, read_settings
from diarflow.settings.config import STAGES
from diarflow.simulation.speakers import choose, list_speakers, stamp
from diarflow.stages import BACKENDS, check_installed
from diarflow.tuning import with_candidates

SCRIPTS = PACKAGE.parent
STARTED = time.time()
FOLDER = os.getcwd()  # Snakemake leaves it before Python ends
LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # ten times as fast, where it is there

try:
    settings = read_settings(
        config,
        defaults=yaml.load((PACKAGE.parents[1] / "config.yaml").read_text(), LOADER),
        overlay=workflow.config_settings.overwrite_config,
        files=[PACKAGE.parents[1] / "config.yaml", *workflow.overwrite_configfiles],
    )
    needs = {
        corpus.name: Needs(
            settings.needs_audio(corpus), tuple(settings.rttm_of(corpus).items())
        )
        for corpus in settings.corpora
    }
    recordings, warnings = read_corpora(settings.corpora, needs)
    settings = with_candidates(settings)
    plan = Plan(settings, recordings)
    plan.check_oracles()
    # with conda each rule has its own environment
    if not workflow.deployment_settings.deployment_method:
        check_installed(settings, plan.used)
except InputError as error:
    raise WorkflowError(str(error)) from None

if workflow.is_main_process:
    hasten()
    if drop_dead_locks():
        print(
            "a run was killed in this folder: this one goes on from there",
            file=sys.stderr,
        )
        remove_leftovers()
    write_rows(recordings)
    for corpus in settings.corpora:
        remove_superseded(corpus.name, plan.names(corpus.name))
    for line in [
        *warnings,
        *unknown_in_references(recordings),
        *earlier_failures(plan.failures()),
    ]:
        print(line, file=sys.stderr)


wildcard_constraints:
    corpus="(?!report/)[A-Za-z0-9][A-Za-z0-9_-]*",
    recording="[A-Za-z0-9_][A-Za-z0-9_.-]*",
    network="[a-z0-9-]+",
    training="[a-z0-9-]+",
    tuning="[a-z0-9-]+",
    plda="[a-z0-9-]+",
    speech="[a-z0-9-]+",
    changes="[a-z0-9-]+",
    overlap="[a-z0-9-]+",
    embedding="[a-z0-9-]+",
    clustering="[a-z0-9-]+",
    system="[a-z0-9-]+",


# whose RTTM is written here, and whose comes from elsewhere: the two rules share the place of their output
OWN = "|".join(name for name in settings.systems if not plan.imported(name)) or "^$"
IMPORTED = "|".join(filter(plan.imported, settings.systems)) or "^$"


def batches(rule):
    """The recordings that its jobs work on. A job on a cluster reads this anew, for what --target-jobs names."""
    jobs = () if workflow.is_main_process else sys.argv
    return plan.batches(rule, {one.partition(":")[0] for one in jobs})


def memory_of(batch):
    """MB that a job asks of a cluster, by its recordings and the attempts at it."""
    return lambda wildcards, attempt: memory(
        batch.rule, lengths_of(batch, wildcards), attempt
    )


def minutes_of(batch):
    """Minutes that it asks for."""
    return lambda wildcards, attempt: minutes(
        batch.rule, lengths_of(batch, wildcards), attempt
    )


def lengths_of(batch, wildcards):
    corpus = batch.values.get("corpus") or wildcards.corpus
    names = batch.recordings or [wildcards.recording]
    return [length_of(corpus, name) for name in names]


def length_of(corpus, recording):
    """Seconds of a recording: of what was prepared, once it is there."""
    prepared = f"results/{corpus}/audio/{recording}.wav"
    return length(prepared) or expected_length(corpus, recording)


@cache
def expected_length(corpus, recording):
    """The same as far as it is known before it is decoded."""
    row = plan.recordings.get((corpus, recording))
    made = {one.name: one.simulate.duration for one in settings.corpora if one.simulate}
    source = next(iter(row.files("audio")), None) if row else None
    return made.get(corpus) or length_by_header(source) or UNKNOWN


def over_all(need, rule):
    """What a job over all recordings asks for."""
    return lambda wildcards, attempt: need(rule, [60.0] * len(plan.recordings), attempt)


def light(batch):
    """Whether its jobs are done where Snakemake runs, cluster or not."""
    stage = VARIANTS[batch.rule].strip("{}")
    if stage not in STAGES:
        return is_light(batch.rule, [])
    names = [batch.values[stage]] if batch.values else plan.used(stage)
    variants = getattr(settings, stage)
    return is_light(batch.rule, [variants[name].backend for name in names])


def job(rule, *packages, **values):
    """What a rule's result depends on beside its inputs, as the one string of its params."""
    return canonical(
        settings=values,
        code=revision(SCRIPTS / f"{rule}.py"),
        versions=versions(*packages),
    )


@cache
def variant_job(rule, stage, name):
    """The same for a variant of a stage, with the code, libraries and models of its backend."""
    values = getattr(settings, stage)[name].model_dump()
    backend = BACKENDS[stage][values["backend"]]
    return canonical(
        settings=values,
        code=revision(SCRIPTS / f"{rule}.py", backend.source),
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


def own_model(model):
    """The path of a model that is a file here, or that a rule makes; else nothing."""
    return (
        model
        if model.startswith("models/") or (model and Path(model).is_file())
        else []
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
        code=revision(SCRIPTS / "train_plda.py", backend.source),
        versions=versions("numpy", "scipy", "soundfile", "soxr", *backend.packages),
        models={
            model: digest(MODELS / model) for model in backend.models + shipped(values)
        },
        speakers=stamp(speakers),
    )


def activations_of(stage, ending):
    """A function from a job to what the network of its variant gave; to nothing where it has none."""

    def of(wildcards):
        chosen = getattr(settings, stage)[getattr(wildcards, stage)]
        network = getattr(chosen, "network", None)
        path = "results/{corpus}/activations/%s/{recording}%s" % (network, ending)
        return path if network else []

    return of


def reference_of(stage):
    """A function from a job to the reference, where its variant is an oracle; else to nothing."""

    def of(wildcards):
        chosen = getattr(settings, stage)[getattr(wildcards, stage)]
        return (
            "results/{corpus}/reference/{recording}.rttm" if is_oracle(chosen) else []
        )

    return of


@cache
def simulation_job(corpus):
    """The params of a simulated corpus: its settings, and the state of its speakers' files."""
    chosen = next(
        one.simulate for one in settings.corpora if one.name == corpus and one.simulate
    )
    speakers = choose(list_speakers(chosen.speakers), chosen.part, chosen.leave_out)
    return canonical(
        settings=chosen.model_dump(exclude={"conversations"}),
        code=revision(SCRIPTS / "simulate_conversations.py"),
        versions=versions("numpy", "scipy", "soundfile", "soxr"),
        speakers=stamp(speakers),
        turn_taking=digest(SCRIPTS / "diarflow" / "simulation" / "turn_taking.json"),
    )


def model_of(stage, name):
    """The model of a variant, where it is a file of the user's or made by a rule."""
    return own_model(getattr(getattr(settings, stage)[name], "model", None) or "")


def environment(stage, name):
    """The conda environment of a variant's backend."""
    backend = BACKENDS[stage][getattr(settings, stage)[name].backend]
    return f"../../envs/{backend.environment}.yaml"


def files_of(*columns):
    """A function from a recording to the files that its row names in these columns."""
    return lambda corpus, recording: plan.recordings[corpus, recording].files(*columns)


def prepared_audio(wildcards):
    """The prepared recording; nothing where none of its hypotheses is made here."""
    heard = needs[wildcards.corpus].audio
    return "results/{corpus}/audio/{recording}.wav" if heard else []


# what the scores of all recordings are, to the plan
SCORES = ("scores", "score_recording", ".parquet")


def part_of_system(path):
    """A function from a job's {system} to a path that names the variants of that system."""
    return lambda wildcards: filled(path, wildcards.system)


def filled(path, system, **further):
    """The path with the names of a system's variants; {corpus} and {recording} stay."""
    names = settings.systems[system].model_dump() | further
    return path.format(corpus="{corpus}", recording="{recording}", **names)


def pages_digest():
    """What the pages are made with: templates, style and scripts."""
    folder = SCRIPTS / "diarflow" / "report" / "pages"
    return " ".join(digest(path) for path in sorted(folder.iterdir()))


def tried_scores(tuning):
    """The scores of what a search tries; an error where there is nothing to try it on."""
    try:
        return plan.tried(tuning)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def read_by_turns(setting, path):
    """The same, of what the turns of a system read further: nothing where their `setting` names nothing.

    {network} and {further} are the network and the embedding that the turns name.
    """

    def of(wildcards):
        turns = settings.turns[settings.systems[wildcards.system].turns]
        if not getattr(turns, setting, None):
            return []
        return filled(
            path, wildcards.system, network=turns.network, further=turns.embedding
        )

    return of


def set_aside():
    return list(plan.failures())


def conclude():
    """Tell a person at the end of a run what it made, and what was set aside; whether all is well."""
    corpora = [corpus.name for corpus in settings.corpora]
    failures = set_aside()
    for line in [*made_lines(corpora, since=STARTED), *failure_lines(failures)]:
        print(line, file=sys.stderr)
    return not failures or settings.on_error == "accept"


@atexit.register
def conclude_where_nothing_was_to_be_done():
    """Snakemake calls no hook then, and ends with 0; what is set aside is still so."""
    ran = workflow.is_main_process and workflow.scheduler and not workflow.dryrun
    if ran and not len(workflow.dag):
        os.chdir(FOLDER)
        if not conclude():
            sys.stderr.flush()
            os._exit(3)
