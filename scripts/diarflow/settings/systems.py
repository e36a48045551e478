"""Settings of `systems` and of `tuning`, the search for the settings of a system."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from diarflow.settings.base import STAGES, Block, Name

Variant = Annotated[
    Name | None, Field(description="name of a variant; required unless rttm is given")
]


class System(Block):
    """One variant of each stage, or an imported system (`rttm`)."""

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
    oracles: bool = Field(
        False,
        description="also run the system with each stage in turn taken from the reference (NAME-oracle-STAGE)",
    )
    tuned_on: str | None = Field(
        None, description="recordings on which the settings were tuned, for the report"
    )

    @model_validator(mode="after")
    def _check_stages(self) -> Self:
        given = [stage for stage in STAGES if getattr(self, stage) is not None]
        if self.rttm is not None and given:
            raise ValueError(f"has rttm and {given[0]}, expected either rttm or stages")
        if self.rttm is not None and self.oracles:
            raise ValueError("has rttm and oracles, expected oracles only with stages")
        if self.rttm is None and len(given) < len(STAGES):
            missing = next(stage for stage in STAGES if stage not in given)
            raise ValueError(f"{missing} is missing, expected a variant of each stage (or rttm)")
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
        0, ge=0, le=1000, description="folds of the cross-validation; 0: leave one recording out"
    )

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        for key in self.search:
            if key.partition(".")[0] not in STAGES:
                raise ValueError(f"search contains {key}, expected <stage> or <stage>.<setting>")
        return self
