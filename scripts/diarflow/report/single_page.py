"""A page of the report as a single file, which contains its styles, scripts, data, pictures and audio."""

import mimetypes
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import soundfile

from diarflow.atomic import atomic_write
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError
from diarflow.report.audio_player import opus_uri

_NOTE = "<!-- note -->"
_BLOCK = 1 << 16  # samples that are held in memory
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r'<script ([^>]*?)src="([^"]+)"([^>]*)></script>')
_PICTURE = re.compile(r'(<img [^>]*?src=")([^":]+)(")')
_AUDIO = re.compile(r'(<audio [^>]*?src=")([^":]+)(")')
_LINK = re.compile(r'(<a\b[^>]*?) href="(?!#|https?:)[^"]*"')


def source_page(name: str, report: Path) -> Path:
    """Return the page `name` of a report: "index", or "{corpus}/{recording}".

    Raises InputError if there is no such page.
    """
    path = report / ("index.html" if name == "index" else f"recordings/{name}.html")
    if not path.is_file():
        raise InputError(f"{path} does not exist, expected index or CORPUS/RECORDING in {name}")
    return path


def write_single_page(target, page: Path) -> str:
    """Write a page of the report with everything that it loads; return a line about the content and size.

    Links to other files are removed, since they would lead nowhere.
    """
    text = page.read_text(encoding="utf-8")
    text = _PICTURE.sub(lambda match: match[1] + _data_uri(page, match[2]) + match[3], text)
    text = _AUDIO.sub(lambda match: match[1] + _audio_uri(page, match[2]) + match[3], text)
    text = _LINK.sub(r"\1", text)
    audio = "with its audio" if 'src="data:audio/' in text else "without audio"
    text = text.replace("</main>", f"</main>\n{_NOTE}", 1)
    # the texts of styles and scripts come last, since they may contain parts that look like HTML
    text = _STYLE.sub(lambda match: f"<style>{_read(page, match[1])}</style>", text)
    text = _SCRIPT.sub(_script_inliner(page), text)
    line = f"a single file of {len(text.encode()) / 1e6:.1f} MB, {audio}"
    note = f"This page is {line}. Links to other pages and files work in the report only."
    text = text.replace(_NOTE, f'<footer class="note"><p>{note}</p></footer>', 1)
    with atomic_write(target) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
    return f"{target}: {line}"


def _read(page: Path, url: str) -> str:
    return (page.parent / unquote(url)).read_text(encoding="utf-8")


def _script_inliner(page: Path) -> Callable[[re.Match], str]:
    """Return the function that replaces a script of the page by its text.

    The script that loads others, common.js, is followed by all that it could load: Plotly and the data.
    """

    def inline(match: re.Match) -> str:
        before, url, after = match.groups()
        scripts = [_script(_read(page, url), f"{before}{after}")]
        if plotly := re.search(r'data-plotly="([^"]+)"', before + after):
            scripts.append(_script(_read(page, plotly[1])))
            data = sorted((page.parent / "data").glob("*.js"))
            scripts += [_script(path.read_text(encoding="utf-8")) for path in data]
        return "\n".join(scripts)

    return inline


def _script(text: str, attributes: str = "") -> str:
    """Return a script element. Its text must not contain the end tag, which only strings and comments have."""
    attributes = f" {attributes.replace('defer', '').strip()}".rstrip()
    escaped = text.replace("</script", r"<\/script")
    return f"<script{attributes}>{escaped}</script>"


def _data_uri(page: Path, url: str) -> str:
    path = page.parent / unquote(url)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"


def _audio_uri(page: Path, url: str) -> str:
    """Encode a file of prepared audio."""
    path = page.parent / unquote(url)
    if not path.is_file():
        raise InputError(f"{path} of {page} does not exist: run the workflow again")
    with soundfile.SoundFile(path) as sound:
        if sound.samplerate != SAMPLE_RATE:
            raise InputError(f"{path}: sample rate {sound.samplerate}, expected {SAMPLE_RATE}")
        return opus_uri(_blocks(sound), sound.channels)


def _blocks(sound: soundfile.SoundFile) -> Iterator[np.ndarray]:
    yield from sound.blocks(_BLOCK, dtype="int16", always_2d=True)
