"""Settings of `confidence` and of `confidence_training`."""

import re

from pydantic import Field, field_validator

from diarflow.settings.base import Block


class Confidence(Block):
    """Probability that each turn has the right speaker, and expected error of each recording."""

    estimate: bool = Field(
        False, description="estimate the confidence of all systems, without a reference"
    )
    model: str = Field(
        "confidence.json", description="calibrator: file in resources/models, or path"
    )


class ConfidenceTraining(Block):
    """Training of the calibrator of confidences."""

    group: str | None = Field(
        None,
        description="regular expression: recordings with the same match are one group; null: no groups",
    )

    @field_validator("group")
    @classmethod
    def _check_group(cls, group: str | None) -> str | None:
        try:
            re.compile(group or "")
        except re.error as error:
            raise ValueError(f"{error}, expected a regular expression") from None
        return group
