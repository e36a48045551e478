"""Inputs of a batch of a rule.

The rules in `workflow/rules` write all paths in full. The methods here bind a path to the variant of a job, and
leave it out if the variant does not read it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from diarflow.planning.batches import Batch
from diarflow.planning.fetched_models import made_models
from diarflow.planning.rule_variants import RULE_BLOCKS
from diarflow.runs.rows import PARTS_OF_CALLS, row_part
from diarflow.settings import is_oracle

if TYPE_CHECKING:
    from diarflow.planning.session import Session

# wildcards whose names differ from their settings block
_WILDCARDS = {"networks": "network", "turns": "system"}


class RuleInputs(Batch):
    """Batch of a rule in a session, with the inputs that the rule declares."""

    def __init__(self, session: "Session", rule: str, *arguments: Any, **values: Any):
        super().__init__(rule, *arguments, **values)
        self._session = session
        self._settings = session.settings
        self._block = RULE_BLOCKS.get(rule, "")
        self._wildcard = _WILDCARDS.get(self._block, self._block)
        self._reads_rows = False
        # options of a corpus that add inputs or take them away, but do not change the paths of outputs
        self._options: dict[str, Callable[[Any], bool]] = {}

    def plan_file(self) -> Callable:
        """Return an input function for the plan file of the corpus; in a dry run, an empty file stands for it.

        The job reads a part of the rows of its recordings (`runs.rows.ROW_PARTS`). If only calls have this part, the
        function returns no file for a corpus without calls. A new plan file alone does not re-run the job.
        """
        from snakemake.io import ancient

        calls, folder = self._session.plan.calls, self._session.folder
        only_of_calls = row_part(self.rule) in PARTS_OF_CALLS
        self._reads_rows = True

        def file(wildcards: Any) -> Any:
            corpus = self.values.get("corpus") or wildcards.corpus
            if only_of_calls and not calls.has_calls(corpus):
                return []
            return ancient(folder.plan_file(corpus))

        return file

    def of_all(self, pattern: str) -> str | Callable:
        """Return a file of all recordings of the corpus."""
        return (
            pattern
            if self.is_wildcard
            else self.bind(lambda wildcards: pattern.format(**vars(wildcards)))
        )

    def source_audio(self) -> Callable:
        """Return the source audio that another rule makes, for example by simulation."""
        recordings = self._session.plan.recordings
        return self.sources(lambda corpus, id: recordings[corpus, id].source_audio())

    def source_annotations(self) -> Callable:
        """Return the references and UEM files that another rule makes, for example by simulation."""
        recordings = self._session.plan.recordings
        return self.sources(lambda corpus, id: recordings[corpus, id].source_annotations())

    def inputs_if_audio(self, pattern: str) -> str | Callable:
        """Return files only for corpora whose audio is prepared."""
        needs = self._session.needs
        self._options["no audio"] = lambda wildcards: not needs[wildcards.corpus].audio
        return self.inputs(lambda wildcards: pattern if needs[wildcards.corpus].audio else None)

    def inputs_if_transcripts(self, pattern: str) -> str | Callable:
        """Return files only for corpora with transcripts."""
        corpora = self._session.plan.corpora_with_transcripts
        self._options["words"] = lambda wildcards: wildcards.corpus in corpora
        return self.inputs(lambda wildcards: pattern if wildcards.corpus in corpora else None)

    def inputs_of_channels(self, pattern: str, *, only_if_audio: bool = False) -> Callable:
        """Return the files of each channel of a call, or the file of a recording that is not a call.

        With `only_if_audio`, return files only for corpora whose audio is prepared.
        """
        calls, needs = self._session.plan.calls, self._session.needs
        if only_if_audio:
            self._options["no audio"] = lambda wildcards: not needs[wildcards.corpus].audio

        def files(corpus: str, id: str, **values: str) -> list[str]:
            if only_if_audio and not needs[corpus].audio:
                return []
            channels = calls.channels(corpus, id)
            return [pattern.format(corpus=corpus, recording=id, **values) for id in channels]

        def inputs(wildcards: Any) -> list[str]:
            values = dict(self.values or wildcards.items())
            if id := values.pop("recording", ""):
                return files(id=id, **values)
            # the channels of a call are in its batch
            pairs = [
                (path, time)
                for id, time in zip(self.recordings, self.output_times, strict=True)
                for path in files(id=id, **values)
            ]
            return self.declared_inputs([path for path, _ in pairs], [time for _, time in pairs])

        return inputs

    def inputs_of_network(self, pattern: str, setting: str = "network") -> str | Callable:
        """Return the output of the network that the variant's `setting` names, if any; {network} is its name."""

        def bound(wildcards: Any) -> str | None:
            network = getattr(self._variant(wildcards), setting, None)
            return keep_wildcards(pattern, network=network) if network else None

        return self.inputs(bound)

    def inputs_if_oracle(self, pattern: str) -> str | Callable:
        """Return files only for variants that read the reference."""
        return self.inputs(
            lambda wildcards: pattern if is_oracle(self._variant(wildcards)) else None
        )

    def model(self) -> Callable:
        """Return the model of the variant, or the network of its card, if a rule makes it."""
        return self.bind(lambda wildcards: made_models(self._variant(wildcards)))

    # --- the variant of a job -------------------------------------------------------------------

    def _name(self, wildcards: Any) -> str:
        """Return the name of the variant that the job's wildcards select."""
        name: str = getattr(wildcards, self._wildcard)
        return (self._settings.systems[name].turns or "") if self._wildcard == "system" else name

    def _variant(self, wildcards: Any) -> Any:
        return getattr(self._settings, self._block)[self._name(wildcards)]

    def _stages(self, wildcards: Any) -> dict[str, Any]:
        return self._settings.systems[wildcards.system].model_dump()


def keep_wildcards(pattern: str, **names: Any) -> str:
    """Return the pattern with names in place of all wildcards but {corpus} and {recording}."""
    return pattern.format(corpus="{corpus}", recording="{recording}", **names)
