"""Parsers of the files that users write, for tests with arbitrary content."""

import re
from copy import deepcopy
from pathlib import Path

import yaml
from snakemake.utils import update_config
from table_corpus import source

from diarflow.errors import InputError, visible
from diarflow.formats.annotation_csv import read as read_annotation_csv
from diarflow.formats.records import parse_records
from diarflow.formats.rttm import parse_rttm, read_rttm
from diarflow.formats.uem import read_uem
from diarflow.planning.reference_digests import file_digests
from diarflow.planning.table import read_corpus
from diarflow.settings import read_settings

DEFAULTS = yaml.safe_load((Path(__file__).resolve().parents[1] / "config.yaml").read_text())


def read_table(path):
    """Read a table of recordings."""
    return read_corpus(source(recordings=str(path)))


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


def read_all_turns(path):
    """Read all recordings of an RTTM or an annotation CSV."""
    is_rttm = path.suffix == ".rttm"
    file = (read_rttm if is_rttm else read_annotation_csv)(path)
    return (parse_rttm if is_rttm else parse_records)(file, file.lines)


def read_digests(path):
    """Read the names of the recordings in an annotation file, without the cache."""
    file_digests.cache_clear()
    return file_digests(str(path), "uem" if path.suffix == ".uem" else "reference")


# by the suffix of the file
PARSERS = {
    "rttm": (read_all_turns, read_digests),
    "uem": (read_uem, read_digests),
    "csv": (read_all_turns, read_digests),
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
