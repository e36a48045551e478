"""Inputs and provenance of the rules that link speakers. The methods that take wildcards are Snakemake's functions."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from diarflow.digests import canonical, digest, versions
from diarflow.errors import InputError
from diarflow.linking import LINKERS
from diarflow.networks.onnx import model_path
from diarflow.planning.code_digest import code_digest
from diarflow.planning.fetched_models import is_made
from diarflow.planning.known_people import Sample, prepared_audio, read_samples
from diarflow.planning.link_groups import LinkGroup, people_pages
from diarflow.planning.link_scores import score_tables, scored_groups, scored_recordings
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import SCRIPTS, Provenance, file_digests, rule_provenance
from diarflow.prefix import OWN_FOLDERS, user_input

# settings of a link that its result does not depend on, or depends on through input files
_NOT_OF_RESULT = {"corpora", "systems", "shared_names", "same", "different"}


class LinkRules:
    """Rules of the groups of corpora that are linked."""

    def __init__(self, plan: Plan, provenance: Provenance):
        self._plan, self._provenance = plan, provenance
        self.groups = plan.link_groups

    # --- enrolment ------------------------------------------------------------------------------

    @cached_property
    def samples(self) -> list[Sample]:
        """Recordings of known people. Raises InputError for mistakes."""
        known = self._plan.settings.speakers.known
        return read_samples(known, prepared_audio(self._plan)) if self.groups else []

    def check(self) -> None:
        """Raise InputError if the known people or a PLDA cannot be read."""
        _ = self.samples
        problems = [
            f"links: {key} is {path}: no such file"
            for group in self.groups
            for key, path in [("model", group.settings.model), *self.tables(group).items()]
            if path
            and not is_made(path)
            and not (model_path(path) if key == "model" else Path(path)).is_file()
        ]
        if problems:
            raise InputError.of(problems)

    def enrolled_files(self, wildcards: Any) -> list[str]:
        """Return the files of known people, and prepared audio of recordings that were corrected on a page."""
        paths = dict.fromkeys(sample.audio for sample in self.samples)
        return [path if path.startswith(OWN_FOLDERS) else user_input(path) for path in paths]

    def enrolment_provenance(self, wildcards: Any) -> str:
        """Return the provenance of the voices of known people: their samples, and the embedding."""
        variant = self._provenance.variant("embed_segments", "embedding", wildcards.embedding)
        values = self._plan.settings.embedding[wildcards.embedding].model_dump()
        if frames := values.get("frames"):
            values["frames"] = self._plan.settings.networks[frames].model_dump()
        samples = [sample._asdict() for sample in self.samples]
        return rule_provenance(
            "enroll_speakers", "av", "numpy", "soundfile", "soxr",
            variant=values, samples=samples, embedding=variant, files=file_digests(self.enrolled_files(wildcards)),
        )  # fmt: skip

    # --- linking --------------------------------------------------------------------------------

    def voices(self, group: LinkGroup, extension: str) -> Callable[[Any], list[str]]:
        """Return the voices of a system on all corpora of a group that the rule must declare."""

        def files(wildcards: Any) -> list[str]:
            return self._of_system(
                "voices", "summarize_speakers", extension, group, wildcards.system
            )

        return files

    def known(self, extension: str) -> Callable[[Any], list[str]]:
        """Return the file with the voices of known people in the embedding of a system; none without known people."""

        def files(wildcards: Any) -> list[str]:
            embedding = self._plan.settings.systems[wildcards.system].embedding
            return [f"results/speakers/{embedding}{extension}"] if self.samples else []

        return files

    def tables(self, group: LinkGroup) -> dict[str, str]:
        """Return the tables of pairs of a group, by name."""
        tables = {"same": group.settings.same, "different": group.settings.different}
        return {name: user_input(path) for name, path in tables.items() if path}

    def model(self, group: LinkGroup) -> list[str]:
        """Return the PLDA of a group, if a rule makes it."""
        model = group.settings.model or ""
        return [model] if is_made(model) else []

    def link_provenance(self, group: LinkGroup) -> Callable[[Any], str]:
        """Return the provenance of the linking of a group: its settings, recordings, code and PLDA."""

        def text(wildcards: Any) -> str:
            values = group.settings.model_dump(exclude=_NOT_OF_RESULT)
            backend = LINKERS[values["backend"]]
            path = model_path(values["model"]) if values["model"] else None
            is_shipped = path and path.is_file() and not is_made(values["model"])
            return canonical(
                settings={
                    **values,
                    "recordings": {
                        name: self._plan.ids(name, "write_rttm") for name in group.corpora
                    },
                    "system": wildcards.system,
                    "tables": sorted(self.tables(group)),
                },
                files=file_digests(self.tables(group).values()),
                code=code_digest(SCRIPTS / "link_speakers.py", backend.source),
                versions=versions("numpy", *backend.packages),
                models={values["model"]: digest(path)} if is_shipped and path else {},
                known=bool(self.samples),
            )

        return text

    # --- what follows ---------------------------------------------------------------------------

    def linked(self, group: LinkGroup) -> Callable[[Any], list[str]]:
        """Return the RTTM with people of a system on all corpora of a group that a rule must declare."""

        def files(wildcards: Any) -> list[str]:
            return self._of_system("linked", "label_speakers", ".rttm", group, wildcards.system)

        return files

    def _of_system(
        self, product: str, rule: str, extension: str, group: LinkGroup, system: str
    ) -> list[str]:
        output = f"results/{group.corpora[0]}/speakers/{system}.parquet"
        return [
            path
            for corpus in group.corpora
            for path in self._plan.inputs(product, rule, extension, output=output, corpus=corpus)
            if Path(path).parent.name == system
        ]

    def score_provenance(self, group: LinkGroup) -> Callable[[Any], str]:
        """Return the provenance of the scores of a group, with its recordings that have a reference."""

        def text(wildcards: Any) -> str:
            systems = self._plan.settings.systems
            return rule_provenance(
                "score_links",
                "numpy",
                "scipy",
                "pandas",
                group=group.name,
                systems={name: systems[name].embedding for name in group.systems},
                recordings=scored_recordings(self._plan, group),
                known=bool(self.samples),
                model=group.settings.model,
                min_clean_time=group.settings.min_clean_time,
            )

        return text

    def people_provenance(self, group: LinkGroup) -> Callable[[Any], str]:
        """Return the provenance of the page of people, with titles of recordings and the folders of their audio."""

        def text(wildcards: Any) -> str:
            titles = {
                corpus: {
                    id: [
                        channels[0].title,
                        self._audio_folder(corpus, id),
                    ]
                    for name, id, channels in self._plan.calls.recordings()
                    if name == corpus
                }
                for corpus in group.corpora
            }
            format = self._plan.settings.audio_format
            more: dict[str, Any] = {"audio_format": format} if format != "wav" else {}
            if group in self.scored():
                more["scored"] = True
            return rule_provenance(
                "report_people", group=group.name, system=wildcards.system, titles=titles, **more
            )

        return text

    def _audio_folder(self, corpus: str, id: str) -> str:
        """Return the folder of the audio that pages play; "" if it is removed."""
        if "audio" in self._plan.removed:
            return ""
        return "calls" if self._plan.calls.is_call(corpus, id) else "audio"

    def of_systems(self, group: LinkGroup, files: Callable[[Any], list[str]]) -> list[str]:
        """Return the files of all systems of a group."""
        return [path for name in group.systems for path in files(SimpleNamespace(system=name))]

    def scored(self) -> list[LinkGroup]:
        """Return the groups whose linking is scored."""
        return scored_groups(self._plan)

    def references(self, group: LinkGroup, extension: str) -> list[str]:
        """Return the references, or with ".uem" the scored extents, that the scores of a group must declare."""
        output = f"results/report/linking/{group.name}.csv"
        return [
            path
            for corpus in group.corpora
            for path in self._plan.inputs(
                "reference",
                "prepare_reference",
                extension,
                scored=True,
                output=output,
                corpus=corpus,
            )
        ]

    def people(self) -> list[str]:
        """Return the tables of people of all groups."""
        return [
            f"results/{corpus}/speakers/{system}.parquet"
            for group in self.groups
            for corpus in group.corpora
            for system in group.systems
        ]

    def results(self) -> list[str]:
        """Return all that linking adds to a run: people, labelled RTTM, scores and pages."""
        paths = self._plan.inputs("linked", "label_speakers", ".rttm")
        return [*paths, *self.people(), *people_pages(self.groups), *score_tables(self._plan)]
