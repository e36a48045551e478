"""Settings of `scores` and `report`."""

from typing import Literal

from pydantic import Field

from diarflow.settings.base import Block


class Scores(Block):
    """Scoring under the protocols full, fair and forgiving."""

    collar_each_side: float = Field(
        0.25,
        ge=0,
        le=2,
        description="seconds not scored on each side of a boundary of a reference turn (fair, forgiving)",
    )


class Report(Block):
    """Report pages."""

    audio: Literal["linked", "embedded"] = Field(
        "linked",
        description="linked (to results/{corpus}/audio) or embedded (as Opus, about 14 MB per hour)",
    )
    baseline: str | None = Field(
        None, description="der.csv of an earlier run, to compare with; null: none"
    )
