"""Settings of `models`: files of models that a rule fetches once."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from diarflow.remote import file_name, location_problem
from diarflow.settings.base import Block, TokenVariable

_FILE = r"^([\w-][\w.-]*/)*[\w-][\w.-]*$"


class FetchedModel(Block):
    """File from a URL or from Hugging Face, kept in models/."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = Field(
        None, description="URL of the file; null: `hub`"
    )
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="SHA-256 of the file, required with `url`"
    )
    hub: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")] | None = Field(
        None, description="id of a repository of Hugging Face; null: `url`"
    )
    file: Annotated[str, StringConstraints(pattern=_FILE)] | None = Field(
        None, description="file in the repository; null: the name in `url`, or pytorch_model.bin"
    )
    revision: str = Field("main", min_length=1, description="branch, tag or commit of `hub`")
    token_variable: TokenVariable = "HF_TOKEN"  # noqa: S105 - name of a variable

    @property
    def path(self) -> str:
        """Path of the file in the repository, or its name at the URL."""
        return self.file or (file_name(self.url) if self.url else "pytorch_model.bin")

    @property
    def name(self) -> str:
        """Name of the local file."""
        return self.path.rpartition("/")[2]

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.url is None) == (self.hub is None):
            raise ValueError("expected either url or hub")
        if self.url and not self.sha256:
            raise ValueError("sha256 is missing, expected the SHA-256 of the file at url")
        if self.url and (problem := location_problem(self.url)):
            raise ValueError(f"url {problem}")
        return self
