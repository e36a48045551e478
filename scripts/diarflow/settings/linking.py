"""Settings of `links` and of `speakers`: people across recordings."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from diarflow.settings.base import Block, Name

PeopleCount = Annotated[int, Field(ge=1, le=1_000_000)]
Probability = Annotated[float, Field(gt=0, lt=1)]


class Link(Block):
    """Settings of all linkings."""

    corpora: list[str] | None = Field(
        None,
        min_length=1,
        description="corpora that are linked together; null: each corpus with `link: true`, alone",
    )
    systems: list[Name] | None = Field(
        None,
        description="systems whose speakers are linked; null: all whose vectors the PLDA models",
    )
    model: str | None = Field(
        "plda-pooled.npz",
        description="PLDA: file in resources/models, or path of an .npz file; null: none",
    )
    threshold: Probability = Field(
        0.5, description="speakers with at least this mean probability to be one person are linked"
    )
    prior: Probability = Field(
        0.03, description="probability that two speakers of different recordings are one person"
    )
    same_recording: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5,
        description="probability from which two speakers of a recording can be linked; 1: never",
    )
    min_clean_time: float = Field(
        0.75, ge=0, le=600, description="seconds of clean speech; speakers with less are not linked"
    )
    same: str | None = Field(
        None, description="table of pairs of speakers that are one person (docs/linking.md)"
    )
    different: str | None = Field(
        None, description="table of pairs of speakers that are different people"
    )
    shared_names: bool | None = Field(
        None,
        description="names in references identify people, so links are scored; null: only if simulated",
    )


class AgglomerativeLink(Link):
    """Agglomerative clustering of all speakers, average linkage of log odds."""

    backend: Literal["agglomerative"] = "agglomerative"
    num_people: PeopleCount | None = Field(
        None, description="number of people, if it is given; null: estimated"
    )
    min_people: PeopleCount = Field(1, description="minimum of the estimated number of people")
    max_people: PeopleCount | None = Field(
        None, description="maximum of the estimated number of people; null: none"
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.max_people is not None and self.min_people > self.max_people:
            raise ValueError(
                f"min_people is {self.min_people}, expected at most max_people ({self.max_people})"
            )
        return self


class SearchLink(Link):
    """Exact search of similar speakers, then clustering of those; for thousands of recordings."""

    backend: Literal["search"] = "search"


Linking = Annotated[AgglomerativeLink | SearchLink, Field(discriminator="backend")]


class Speakers(Block):
    """People whose voices are known."""

    known: str | None = Field(
        None,
        description="folder with a folder of recordings for each person, or table (docs/linking.md)",
    )
