"""Number of channels of a call without audio, by the lines of its annotations."""

import os
from collections.abc import Iterable
from functools import lru_cache

from diarflow.channel_ids import channel_id
from diarflow.errors import InputError
from diarflow.formats.annotation_file import AnnotationFile
from diarflow.formats.names import normal_name
from diarflow.formats.uem import parse_uem, read_uem_lines
from diarflow.scoring.channels import channel_numbers
from diarflow.scoring.reference import read_annotation_file, read_channels


def annotated_channels(files: Iterable[tuple[str, str]], call: str, name: str) -> int:
    """Return the highest channel of the lines of a call in files of annotations; 1 if no line has a channel.

    `files` are paths with their kinds ("reference", "rttm" or "uem"). `call` is the id of the call. Files that cannot
    be read do not count: the jobs report them.
    """
    highest = 1
    for path, kind in files:
        if not os.path.isfile(path):
            continue
        try:
            file = _read_lines(path, kind)
            while normal_name(channel_id(call, highest + 1)) in file.index:
                highest += 1
            if names := file.index.find(call, name):
                values = parse_uem(file, names) if kind == "uem" else read_channels(file, names)
                numbers = channel_numbers(set(values)) or {}
                highest = max([highest, *numbers.values()])
        except InputError:
            continue
    return highest


@lru_cache(maxsize=8)  # a file may contain many recordings
def _read_lines(path: str, kind: str) -> AnnotationFile:
    return read_uem_lines(path) if kind == "uem" else read_annotation_file(path)
