"""
Settings, recordings, and the helpers that rules call. No rules.

in   config.yaml and what is laid over it; the tables of recordings
out  results/{corpus}/recordings/{recording}.json   what the table says of each recording, and its parts
     results/{corpus}/recordings.tsv                recording ids, the names they stand for, audio
"""

import time
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from diarflow.planning.corpora import Needs, read_corpora, unknown_in_references
from diarflow.errors import InputError
from diarflow.atomic import remove_leftovers
from diarflow.planning.snakemake_patches import hasten
from diarflow.backends import PACKAGE
from diarflow.runs.locks import drop_dead_locks
from diarflow.planning.plan import Plan
from diarflow.runs.summary import earlier_failures
from diarflow.runs.benchmarks import remove_superseded
from diarflow.planning.recording_files import write_rows
from diarflow.settings import is_oracle, read_settings
from diarflow.planning.requirements import BACKENDS, check_installed
from diarflow.planning.search import with_candidates

STARTED = time.time()
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


def own_model(model):
    """The path of a model that is a file here, or that a rule makes; else nothing."""
    return (
        model
        if model.startswith("models/") or (model and Path(model).is_file())
        else []
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
