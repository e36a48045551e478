"""Session of a run: the settings, recordings, plan and provenance that the rules use.

The Snakefile creates one session when it is read. A session writes nothing to disk; only `RunFolder.prepare` and
`RunFolder.changed` do.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import yaml

from diarflow.backends import PACKAGE
from diarflow.errors import InputError
from diarflow.planning import snakemake_patches, temporary_results
from diarflow.planning.aggregation import Aggregation
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.fetched_models import is_made
from diarflow.planning.link_groups import link_warnings
from diarflow.planning.link_rules import LinkRules
from diarflow.planning.model_checks import check_models
from diarflow.planning.oracle_systems import with_oracles
from diarflow.planning.package_versions import use_conda
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import Provenance
from diarflow.planning.requirements import (
    check_baseline,
    check_choices,
    check_installed,
    check_references,
    check_remote,
)
from diarflow.planning.retention import check_exports
from diarflow.planning.rule_batch import RuleBatch
from diarflow.planning.run_folder import RunFolder
from diarflow.planning.search import with_trials
from diarflow.planning.shards import of_shard
from diarflow.planning.table import read_corpora, warn_of_annotations
from diarflow.prefix import bind, bound_object, current_prefix, user_input
from diarflow.progress.context import add_batch, set_context
from diarflow.rule_names import plain_name
from diarflow.settings import Settings, read_settings
from diarflow.settings.files import DEFAULTS, check_file
from diarflow.settings.location import with_location

_LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # ten times as fast, if libyaml is installed


class Session:
    """Settings, recordings and plan of one process of Snakemake.

    Raises InputError with a line for each mistake in the configuration or in a table.
    """

    def __init__(self, workflow: Any, config: dict[str, Any]):
        self._workflow, self.prefix = workflow, current_prefix()
        # the files of `configfile:` are config.yaml, or those of a Snakefile that uses this one as a module
        files = list(
            dict.fromkeys(
                [str(DEFAULTS), *workflow.configfiles, *map(str, workflow.overwrite_configfiles)]
            )
        )
        for file in files:
            check_file(file)
        settings = read_settings(
            config,
            defaults=yaml.load(DEFAULTS.read_text(encoding="utf-8"), _LOADER),  # noqa: S506 - a safe loader
            overlay=workflow.config_settings.overwrite_config,
            files=files,
        )
        self.needs = corpus_needs(settings)
        recordings, self.warnings = read_corpora(settings.corpora, self.needs)
        every_recording = recordings
        settings, recordings = of_shard(settings, recordings)
        with _located_errors(files):
            settings, oracle_warnings = with_oracles(settings, recordings)
            self.settings = with_trials(settings)
            # with conda each rule has an environment of its own
            uses_conda = bool(workflow.deployment_settings.deployment_method)
            use_conda(is_used=uses_conda)
            self.plan = Plan(self.settings, recordings)
        self.provenance = Provenance(self.plan)
        self.links = bound_object(LinkRules(self.plan, self.provenance), self.prefix)
        self.folder = bound_object(RunFolder(workflow, self.plan), self.prefix)
        self.removes_early = bool(self.plan.removed) and temporary_results.is_supported()
        aggregation = Aggregation(self.plan, self.provenance, self.folder)
        self.aggregation = bound_object(aggregation, self.prefix)
        with _located_errors(files):
            check_references(self.plan)
            self.links.check()
            check_choices(self.plan)
            check_exports(self.settings)
            check_baseline(self.settings.report.baseline)
            check_remote(self.plan, uses_conda=uses_conda)
            if not uses_conda:
                check_installed(self.plan)
            if workflow.is_main_process:
                check_models(self.plan)
        if workflow.is_main_process:
            self.warnings += [
                *oracle_warnings,
                *warn_of_annotations(every_recording),
                *self.plan.calls.warnings(),
                *self.folder.warnings(),
                *_export_warnings(self.plan),
                *_embedding_warnings(settings),
                *link_warnings(self.settings, self.plan.link_groups),
            ]
            snakemake_patches.apply(len(recordings), self.folder.has_current_params)
            if self.removes_early:
                temporary_results.keep_track(
                    workflow, self.folder.record_of, self.plan.declared.files_of
                )
            elif self.plan.removed:
                self.warnings.append(
                    f"keep: {settings.keep} removes files at the end of the run only, because Snakemake is not "
                    f"{snakemake_patches.VERSION}"
                )
            count = sum(len(self.plan.ids(corpus, "write_rttm")) for corpus in self.plan.systems)
            set_context(count, bind(self.plan.failures, self.prefix), self.prefix)
            if not find_spec("snakemake_logger_plugin_diarflow"):
                self.warnings.append(
                    "the logger plugin is not installed, so there is no live table: pip install -e . in the checkout"
                )

    @property
    def baseline(self) -> list[str]:
        """Scores of an earlier run that the report compares with, if the settings name any."""
        path = self.settings.report.baseline
        return [user_input(path)] if path else []

    @property
    def calibrator(self) -> list[str]:
        """Calibrator of the confidences, if a rule makes it."""
        model = self.settings.confidence.model
        return [model] if is_made(model) else []

    def batches(self, rule: str) -> Iterator[RuleBatch]:
        """Yield the batches of a rule. A process of Snakemake that runs a job yields only those that its `--target-jobs` names."""
        jobs = () if self._workflow.is_main_process else sys.argv
        names = {plain_name(argument.partition(":")[0]) for argument in jobs}
        for values in self.plan.batches(rule, names):
            batch = RuleBatch(self, **values)
            if not batch.is_wildcard:
                add_batch(batch.name, batch.values["corpus"], batch.recordings)
            yield bound_object(batch, self.prefix)


def corpus_needs(settings: Settings) -> dict[str, CorpusNeeds]:
    """Return what the systems of each corpus read, by the name of the corpus."""
    return {
        corpus.name: CorpusNeeds(
            settings.needs_audio(corpus),
            tuple(settings.rttm_of(corpus).items()),
            settings.external_systems(corpus),
        )
        for corpus in settings.corpora
    }


def _export_warnings(plan: Plan) -> Iterator[str]:
    """Yield a line for each corpus whose words are exported although it has no transcripts."""
    for corpus, names in plan.exports.items():
        if "ctm" in names and corpus not in plan.corpora_with_transcripts:
            yield f"corpus {corpus}: exports: ctm contains words, but the corpus has no transcript; the files are empty"


def _embedding_warnings(settings: Settings) -> Iterator[str]:
    """Yield a line if the report is to contain audio that is removed."""
    if settings.report.audio == "embedded" and settings.keep != "all":
        yield f"report.audio: embedded has no effect, because keep: {settings.keep} removes the audio"


@contextmanager
def _located_errors(files: list[str]) -> Iterator[None]:
    """Add the location of the key to each line of an InputError that begins with a key."""
    try:
        yield
    except InputError as error:
        lines = error.details.split("\n")
        raise InputError.of(with_location(line, files) for line in lines) from error


def check_storage(storage_settings: Any) -> None:
    """Raise InputError if Snakemake keeps the files of all rules in a storage, from which it copies inputs to jobs.

    Planning reads records and failures of results, which no rule declares, and jobs read all files of their recordings,
    of which a batch declares one of each kind.
    """
    if provider := storage_settings.default_storage_provider:
        raise InputError(
            f"default-storage-provider is {provider}, expected none: jobs also read and write files that are not copied, "
            "such as records of failures. Use a folder that all jobs share, or shards (docs/cluster.md); audio may be remote"
        )


def check_package(scripts: str) -> None:
    """Raise InputError if this package does not belong to the checkout whose `scripts` folder is given.

    Jobs import the package from the folder of their script, so the same package must plan them.
    Snakemake reads braces in the path of the checkout as wildcards.
    """
    checkout = os.path.dirname(os.path.abspath(scripts))
    if "{" in scripts or "}" in scripts:
        raise InputError(
            f"the path of the checkout is {checkout}, expected a path without braces, such as a link to it"
        )
    package = os.path.join(scripts, "diarflow")
    if os.path.isdir(package) and not os.path.samefile(package, PACKAGE):
        raise InputError(
            f"the package diarflow is imported from {PACKAGE}, "
            f"expected it in {checkout}, the folder of the Snakefile: run pip install -e . there, or uninstall diarflow"
        )
