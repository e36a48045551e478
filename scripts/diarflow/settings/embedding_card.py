"""Card files of speaker embeddings in ONNX, read and validated before the first job."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from diarflow.errors import InputError
from diarflow.settings.base import Block
from diarflow.settings.yaml_events import cut, problems

_MOST_BYTES = 100_000


class EmbeddingCard(Block):
    """Content of a card, `diarflow.embedding.card.Card`."""

    model: str = Field(min_length=1)
    dimensions: int = Field(ge=2, le=4096)
    input: Literal["fbank", "waveform"]
    layout: Literal["frames-bands", "bands-frames"] = "frames-bands"
    bands: int = Field(80, ge=1, le=256)
    frame_window: Literal["povey", "hamming", "hanning", "rectangular"] = "povey"
    scale: float = Field(1.0, gt=0)
    normalisation: Literal["mean", "mean-variance", "none"] = "mean"
    lengths: str | None = None


def read_card(path: Path) -> EmbeddingCard:
    """Read a card. Raises InputError if it cannot be read, or has another form."""
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise InputError(f"{path}: {size} bytes, expected a card of at most {_MOST_BYTES}")
        text = path.read_text(encoding="utf-8")
        for line, message in problems(text):
            raise InputError(f"{path}:{line}: {message}")
        content = yaml.safe_load(text)
        return EmbeddingCard.model_validate(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise InputError(f"{path}: not YAML, expected a card (docs/systems.md)") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the card"
        raise InputError(f"{path}: {key} is {cut(first['input'])}: {first['msg']}") from None
