"""What a recording's page plays: the prepared audio beside it, or compressed within it."""

import io
import os
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import soundfile

from diarflow.audio.prepared import SAMPLE_RATE, blocks

_BLOCK = 1 << 16  # samples encoded at a time
_SMALL = 0.9  # of 1: how hard the encoder compresses


def link(path, page) -> str:
    """The URL of a file, relative to the page that names it.

    >>> link("results/c/rttm/s/a b.rttm", "results/report/recordings/c/a.html")
    '../../../c/rttm/s/a%20b.rttm'
    """
    return quote(Path(os.path.relpath(path, Path(page).parent)).as_posix())


def embedded(path) -> str:
    """A prepared recording as MP3 in a data URI, about 10 MB an hour.

    MP3, since the same samples give the same bytes; an Ogg stream has a random number.
    """
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", SAMPLE_RATE, 1, "MPEG_LAYER_III", format="MP3", compression_level=_SMALL
    ) as out:
        for block in blocks(path, _BLOCK):
            out.write(block)
    return f"data:audio/mpeg;base64,{b64encode(file.getvalue()).decode()}"
