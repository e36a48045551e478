"""Inputs, provenance and resources of the rules that aggregate recordings: reports, searches, trainings.

The methods that take wildcards are Snakemake's input, params and resource functions.
"""

from collections.abc import Callable
from typing import Any

from diarflow.errors import InputError
from diarflow.exports import EXPORTS
from diarflow.planning.batches import inputs_to_declare
from diarflow.planning.file_states import modification_time
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import (
    Provenance,
    export_provenance,
    pages_digest,
    rule_provenance,
)
from diarflow.planning.report_content import evaluated_detectors, report_content
from diarflow.planning.resources import memory_mb, runtime_minutes
from diarflow.planning.rule_variants import RTTM_RULES
from diarflow.planning.run_folder import RunFolder
from diarflow.planning.search import search_content
from diarflow.runs.result_records import made_from

_DURATION = 60.0  # seconds that each recording counts
_CONFIDENCES = ("confidence", "estimate_confidence", ".json")
_SCORES = ("scores", "score_recording", ".parquet")


class Aggregation:
    """Rules that aggregate the recordings of a plan."""

    def __init__(self, plan: Plan, provenance: Provenance, folder: RunFolder):
        self._plan, self._provenance, self._folder = plan, provenance, folder

    def changed(self, log: str, provenance: Callable[[Any], str]) -> Callable[[Any], list[str]]:
        """Return a new file if a result of the job with this log differs from its record; the job then runs again."""

        def files(wildcards: Any) -> list[str]:
            if not self._folder.compares_results:
                return []
            path = log.format(**dict(wildcards.items()))
            return self._folder.changed_of_job(path, made_from(provenance(wildcards)))

        return files

    def resources(self, rule: str) -> dict[str, Callable]:
        """Return memory (MB) and runtime (minutes) that a job of the rule requests."""
        durations = [_DURATION] * len(self._plan.recordings)

        def mem_mb(wildcards: Any, attempt: int) -> int:
            return memory_mb(rule, durations, attempt)

        def runtime(wildcards: Any, attempt: int) -> int:
            return runtime_minutes(rule, durations, attempt)

        return {"mem_mb": mem_mb, "runtime": runtime}

    # --- reports --------------------------------------------------------------------------------

    def corpus_scores(self, wildcards: Any) -> list[str]:
        """Return the scores that the report of a corpus must declare."""
        output = f"results/{wildcards.corpus}/der.csv"
        return self._plan.inputs(*_SCORES, output=output, scored=True, corpus=wildcards.corpus)

    def sidecars(self, output: str) -> list[str]:
        """Return the sidecars of all RTTM that the report, which declares the RTTM, must declare."""
        paths = self._plan.references(".json", output=output)
        for rule in RTTM_RULES:
            paths += self._plan.inputs("rttm", rule, ".json", output=output)
        return inputs_to_declare(paths, [modification_time(output)] * len(paths))

    def corpus_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the report of a corpus, with the paths of all its scores."""
        scores = self._plan.paths(*_SCORES, scored=True, corpus=wildcards.corpus)
        return rule_provenance("report_corpus", "pandas", scores=scores)

    def evaluation_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the evaluation of change detectors."""
        packages = ("pandas", "matplotlib", "pyannote-metrics", "scipy")
        corpora = evaluated_detectors(self._plan)
        return rule_provenance("evaluate_changes", *packages, corpora=corpora)

    def report_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the report across corpora, with its recordings, systems and settings."""
        packages = ("av", "pandas", "matplotlib", "plotly", "scipy", "soundfile")
        return rule_provenance("report_all", *packages, **report_content(self._plan))

    def bundle_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the zip file of the report."""
        return rule_provenance("bundle_report")

    def single_page_provenance(self, wildcards: Any) -> str:
        """Return the provenance of a page as a single file."""
        return rule_provenance("write_single_page", "av", "soundfile")

    def pages_digest(self, wildcards: Any) -> str:
        """Return the digests of the templates of the report's pages."""
        return pages_digest()

    def corpus_confidences(self, wildcards: Any) -> list[str]:
        """Return the confidences that the table of a corpus must declare."""
        output = f"results/{wildcards.corpus}/confidence.csv"
        return self._plan.inputs(*_CONFIDENCES, output=output, corpus=wildcards.corpus)

    def corpus_confidence_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the table of confidences of a corpus, with the paths of all of them."""
        confidences = self._plan.paths(*_CONFIDENCES, corpus=wildcards.corpus)
        return rule_provenance("report_confidence", confidences=confidences)

    # --- exports --------------------------------------------------------------------------------

    def corpus_hypotheses(self, wildcards: Any) -> list[str]:
        """Return the RTTM of a system on a corpus."""
        is_linked = wildcards.system in self._plan.linked_systems(wildcards.corpus)
        product = "linked" if is_linked else "rttm"
        folder = f"results/{wildcards.corpus}/{product}/{wildcards.system}"
        ids = self._plan.ids(wildcards.corpus, "write_rttm")
        return self._of_export(wildcards, [f"{folder}/{id}.rttm" for id in ids])

    def corpus_facts(self, wildcards: Any) -> list[str]:
        """Return the facts of the prepared audio of a corpus; none for a corpus without audio."""
        corpus, ids = wildcards.corpus, self._plan.ids(wildcards.corpus)
        if not self._has_audio(corpus):
            return []
        return self._of_export(wildcards, [f"results/{corpus}/audio/{id}.json" for id in ids])

    def _of_export(self, wildcards: Any, paths: list[str]) -> list[str]:
        """Return those of the paths that the exports of a corpus must declare."""
        folder = f"results/{wildcards.corpus}/exports/{wildcards.system}"
        outputs = [
            f"{folder}/{name}/{file}"
            for name in self._plan.exports[wildcards.corpus]
            for file in EXPORTS[name].corpus_files
        ]
        oldest = min(outputs, key=lambda path: modification_time(path) or 0.0, default="")
        return self._plan.every(paths, oldest)

    def _has_audio(self, corpus: str) -> bool:
        return any(self._plan.recordings[corpus, id].audio for id in self._plan.ids(corpus))

    def corpus_export_provenance(self, name: str) -> Callable[[Any], str]:
        """Return the provenance of an export of a whole corpus to the format `name`, with the channels of recordings."""

        def text(wildcards: Any) -> str:
            corpus, system = wildcards.corpus, wildcards.system
            recordings = {
                id: self._plan.calls.channels(corpus, id)
                for id in self._plan.ids(corpus, "write_rttm")
            }
            product = "linked" if system in self._plan.linked_systems(corpus) else "rttm"
            return export_provenance(
                name,
                "export_corpus",
                corpus=corpus,
                system=system,
                product=product,
                recordings=recordings,
                # files of an earlier run with audio may still exist
                **({} if self._has_audio(corpus) else {"audio": False}),
            )

        return text

    # --- searches -------------------------------------------------------------------------------

    def trial_scores(self, wildcards: Any) -> list[str]:
        """Return the scores of all trials of a search. Fails if there is nothing to search on."""
        from snakemake.exceptions import WorkflowError

        try:
            content = self._search(wildcards.tuning)
        except InputError as error:
            raise WorkflowError(str(error)) from None
        paths = [
            f"results/{corpus}/scores/{trial['name']}/{id}.parquet"
            for corpus in self._plan.systems
            if corpus in content["corpora"]
            for id in self._plan.scored_ids(corpus)
            for trial in content["trials"]
        ]
        return self._plan.every(paths, f"results/report/tuning/{wildcards.tuning}.csv")

    def search_provenance(self, wildcards: Any) -> str:
        """Return the provenance of a search, with its trials, corpora and recordings."""
        content = self._search(wildcards.tuning)
        recordings = {corpus: self._plan.scored_ids(corpus) for corpus in content["corpora"]}
        return rule_provenance("tune_system", "pandas", **content, recordings=recordings)

    def _search(self, tuning: str) -> dict[str, Any]:
        plan = self._plan
        has_reference = {corpus: bool(plan.scored_ids(corpus)) for corpus in plan.systems}
        return search_content(plan.settings, tuning, has_reference)

    # --- trainings ------------------------------------------------------------------------------

    def training_audio(self, wildcards: Any) -> list[str]:
        """Return the prepared audio of a training's recordings."""
        return self._of_training(wildcards, "audio")

    def training_references(self, wildcards: Any) -> list[str]:
        """Return the references of a training's recordings."""
        return self._of_training(wildcards, "reference")

    def _of_training(self, wildcards: Any, key: str) -> list[str]:
        paths = [example[key] for example in self._provenance.examples(wildcards.training)]
        return self._plan.every(paths, f"models/{wildcards.training}/features.npy")

    def training_set_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the features and labels of a training."""
        return self._provenance.training_set(wildcards.training)

    def training_provenance(self, wildcards: Any) -> str:
        """Return the provenance of a trained change detector."""
        return self._provenance.training(wildcards.training)

    def confidence_evidence(self, wildcards: Any) -> list[str]:
        """Return the evidence that a calibrator is trained on."""
        return self._of_examples(wildcards, "evidence/{system}/{recording}.parquet")

    def confidence_references(self, wildcards: Any) -> list[str]:
        """Return the references that a calibrator is trained on."""
        return self._of_examples(wildcards, "reference/{recording}.rttm")

    def confidence_training_provenance(self, wildcards: Any) -> str:
        """Return the provenance of a calibrator."""
        return self._provenance.confidence_training(wildcards.calibrator)

    def _of_examples(self, wildcards: Any, pattern: str) -> list[str]:
        examples = self._provenance.confidence_examples()
        paths = dict.fromkeys(f"results/{e['corpus']}/{pattern.format(**e)}" for e in examples)
        return self._plan.every(list(paths), f"models/{wildcards.calibrator}/confidence.json")

    def fetch_provenance(self, name: str) -> Callable[[Any], str]:
        """Return the provenance of a model that is fetched: its source and its digest."""
        model = self._plan.settings.models[name]

        def text(wildcards: Any) -> str:
            values = model.model_dump(exclude={"token_variable"})
            return rule_provenance("fetch_model", **values | {"file": model.path})

        return text

    def plda_provenance(self, wildcards: Any) -> str:
        """Return the provenance of a PLDA."""
        return self._provenance.plda(wildcards.plda)


def scaled_with_attempts(megabytes: int) -> Callable:
    """Return a resource function: the memory (MB) of the first attempt, times the number of the attempt."""

    def mem_mb(wildcards: Any, attempt: int) -> int:
        return megabytes * attempt

    return mem_mb
