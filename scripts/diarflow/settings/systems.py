"""Settings of `systems` and of `tuning`, the search for the settings of a system."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from diarflow.external.command_line import parse_command
from diarflow.settings.base import STAGES, Block, Name

Variant = Annotated[
    Name | None, Field(description="name of a variant; required for a system of stages")
]
# settings that decide what a system is, besides the stages
Kind = Literal["stages", "rttm", "command", "pipeline", "fuse", "choose"]
_KINDS: tuple[Kind, ...] = ("rttm", "command", "pipeline", "fuse", "choose")
# settings of a single kind of system
_OF_KIND = {
    "version": ("command",),
    "environment": ("command",),
    "token_variable": ("pipeline",),
    "device": ("pipeline",),
    "exclusive": ("pipeline",),
    "weights": ("fuse",),
    "margin": ("choose",),
    "oracles": ("stages",),
}


class System(Block):
    """One variant of each stage, imported turns, or another program."""

    speech: Variant = None
    changes: Variant = None
    overlap: Variant = None
    embedding: Variant = None
    clustering: Variant = None
    turns: Variant = None
    rttm: str | None = Field(
        None,
        description="turns (RTTM, CSV, TextGrid ...): file, or folder of one per recording; {corpus}: its name",
    )
    command: str | None = Field(
        None, description="program and its arguments, with {audio} and {rttm}; see docs/systems.md"
    )
    version: str | None = Field(
        None, description="version of the program; another one runs it again"
    )
    environment: str | None = Field(
        None,
        description="environment of the program: its folder, or a file that describes it",
    )
    pipeline: str | None = Field(
        None, description="pipeline of pyannote.audio: id on Hugging Face, or local folder"
    )
    token_variable: str = Field(
        "HF_TOKEN", description="environment variable with the token of Hugging Face"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="device of the pipeline; auto: a GPU if there is one"
    )
    exclusive: bool = Field(
        False, description="without overlap: one speaker at a time, if the pipeline provides it"
    )
    fuse: Annotated[list[Name], Field(min_length=2)] | None = Field(
        None, description="systems whose turns are combined by votes"
    )
    weights: list[Annotated[float, Field(gt=0, le=1e6)]] | None = Field(
        None, description="weights of the fused systems; null: by their agreement with the others"
    )
    choose: Annotated[list[Name], Field(min_length=2)] | None = Field(
        None, description="systems of which the one with the least expected DER is taken"
    )
    margin: float = Field(
        0.5,
        ge=0,
        le=1,
        description="share by which an expected DER must be below that of the first system of choose",
    )
    oracles: bool = Field(
        False,
        description="also run the system with each stage in turn taken from the reference (NAME-oracle-STAGE)",
    )
    tuned_on: str | None = Field(
        None, description="recordings on which the settings were tuned, for the report"
    )

    @property
    def members(self) -> list[Name]:
        """Systems that are fused or chosen from."""
        return self.fuse or self.choose or []

    @property
    def kind(self) -> Kind:
        """Kind of the system: stages, imported turns, a program, a pipeline of pyannote.audio, a fusion, or a choice."""
        return next((kind for kind in _KINDS if getattr(self, kind) is not None), "stages")

    @field_validator("command")
    @classmethod
    def _check_command(cls, command: str | None) -> str | None:
        if command is not None:
            parse_command(command)
        return command

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        stages = [stage for stage in STAGES if getattr(self, stage) is not None]
        kinds = [kind for kind in _KINDS if getattr(self, kind) is not None]
        others: list[str] = [*stages, *kinds[1:]]
        if kinds and others:
            raise ValueError(
                f"has {kinds[0]} and {others[0]}, expected stages or one of {', '.join(_KINDS)}"
            )
        if not kinds and len(stages) < len(STAGES):
            missing = next(stage for stage in STAGES if stage not in stages)
            raise ValueError(
                f"{missing} is missing, expected a variant of each stage (or {', '.join(_KINDS)})"
            )
        for name, expected in _OF_KIND.items():
            if name in self.model_fields_set and self.kind not in expected:
                raise ValueError(f"has {name}, which belongs to {' and '.join(expected)}")
        if len(set(self.members)) < len(self.members):
            raise ValueError(f"{self.kind} contains a system twice")
        if self.fuse and self.weights and len(self.weights) != len(self.fuse):
            raise ValueError(
                f"has {len(self.weights)} weights, expected one for each of {len(self.fuse)} systems"
            )
        return self


class Tuning(Block):
    """Search for the best settings of a system."""

    system: Name = Field(description="system whose settings are searched")
    search: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        min_length=1,
        description="values to try: of a setting (`changes.threshold`) or variants of a stage (`clustering`)",
    )
    corpora: list[str] | None = Field(
        None, description="corpora to tune on; null: all with split: dev"
    )
    protocol: Literal["full", "fair", "forgiving"] = Field(
        "full", description="scoring protocol of the DER: full, fair or forgiving"
    )
    average: Literal["seconds", "corpora"] = Field(
        "seconds",
        description="units of equal weight in the mean DER: seconds of speech, or corpora",
    )
    folds: int = Field(
        0, ge=0, le=1000, description="folds of the cross-validation; 0: leave one group out"
    )
    group: str | None = Field(
        None,
        description="regular expression: recordings with the same match in their ids are a group",
    )

    @field_validator("group")
    @classmethod
    def _is_a_regular_expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is {pattern}, expected a regular expression ({error})") from error
        return pattern

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        for key in self.search:
            if key.partition(".")[0] not in STAGES:
                raise ValueError(f"search contains {key}, expected <stage> or <stage>.<setting>")
        return self
