"""Parsers of the files that users write, for tests with arbitrary content."""

import re
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import yaml
from snakemake.utils import update_config

from diarflow.errors import InputError, visible
from diarflow.formats.annotation_csv import read_annotation_csv
from diarflow.formats.rttm import read_comments, read_rttm
from diarflow.formats.uem import read_uem
from diarflow.planning.reference_digests import digests_by_name
from diarflow.planning.table import read_corpus
from diarflow.settings import read_settings

DEFAULTS = yaml.safe_load((Path(__file__).resolve().parents[1] / "config.yaml").read_text())


def read_table(path):
    """Read a table of recordings."""
    return read_corpus(
        SimpleNamespace(
            name="c", recordings=str(path), audio=None, channel="mix", reference=None, uem=None,
            simulate=None,
        )
    )  # fmt: skip


def read_overlay(path):
    """Read a configuration laid over the defaults. Snakemake rejects text that is not YAML before diarflow reads it."""
    try:
        overlay = yaml.safe_load(Path(path).read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(overlay, dict):
        return None
    config = deepcopy(DEFAULTS)
    update_config(config, overlay)
    return read_settings(config, defaults=DEFAULTS, overlay=overlay, files=[str(path)])


def read_digests(path):
    """Read the names of the recordings in an annotation file, without the cache."""
    digests_by_name.cache_clear()
    return digests_by_name(str(path))


# by the suffix of the file
PARSERS = {
    "rttm": (read_rttm, read_comments, read_digests),
    "uem": (read_uem, read_digests),
    "csv": (read_annotation_csv, read_digests),
    "tsv": (read_table,),
    "yaml": (read_overlay,),
}


def check(kind: str, content: bytes, folder: Path) -> None:
    """Assert that each parser of a kind accepts the content, or raises an InputError with the place in each line."""
    path = Path(folder, f"x.{kind}")
    path.write_bytes(content)
    for parse in PARSERS[kind]:
        try:
            parse(path)
        except InputError as error:
            for line in error.details.split("\n"):
                assert re.match(rf"{re.escape(str(path))}(:\d+)?: .", line) or kind == "yaml", line
                assert visible(line) == line
