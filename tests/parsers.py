"""The parsers of what people write, for tests that throw anything at them."""

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
from diarflow.planning.corpora import lines_by_name, read_corpus
from diarflow.settings import read_settings

DEFAULTS = yaml.safe_load((Path(__file__).resolve().parents[1] / "config.yaml").read_text())


def read_table(path):
    return read_corpus(
        SimpleNamespace(
            name="c", recordings=str(path), audio=None, channel="mix", reference=None, uem=None,
            simulate=None,
        )
    )  # fmt: skip


def read_overlay(path):
    """A configuration laid over the defaults; text that is no YAML is Snakemake's to refuse."""
    try:
        overlay = yaml.safe_load(Path(path).read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(overlay, dict):
        return None
    config = deepcopy(DEFAULTS)
    update_config(config, overlay)
    return read_settings(config, defaults=DEFAULTS, overlay=overlay, files=[str(path)])


def read_names(path):
    lines_by_name.cache_clear()
    return lines_by_name(str(path))


# by the ending of the file that each reads
PARSERS = {
    "rttm": (read_rttm, read_comments, read_names),
    "uem": (read_uem, read_names),
    "csv": (read_annotation_csv, read_names),
    "tsv": (read_table,),
    "yaml": (read_overlay,),
}


def check(kind: str, content: bytes, folder: Path) -> None:
    """Every parser of a kind takes the content, or says in each line of an InputError what is wrong where."""
    path = Path(folder, f"x.{kind}")
    path.write_bytes(content)
    for parse in PARSERS[kind]:
        try:
            parse(path)
        except InputError as error:
            for line in str(error).split("\n"):
                assert re.match(rf"{re.escape(str(path))}(:\d+)?: .", line) or kind == "yaml", line
                assert visible(line) == line
