"""Exports of hypotheses to the formats of other tools. A format is a module with a function.

`render(recording)` returns the file of a recording as text, or `render_corpus(recordings)` the files of a corpus by name.
`cuts` writes audio (export_cuts). This module imports no format, because planning uses it.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Export(NamedTuple):
    """A format: its module, its file of a recording, its files of a corpus, and the libraries that write it.

    `reads_audio` is true if the format contains audio, `refers_to_prepared` if it contains paths of prepared audio.

    `file` is the path below `results/{corpus}/exports/{system}/`, and "" for a format with files for a whole corpus only.
    """

    module: str
    file: str = ""
    corpus_files: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    reads_audio: bool = False
    refers_to_prepared: bool = False

    @property
    def rule(self) -> str:
        """Name of the rule that makes the export."""
        return f"export_{self.module}"

    @property
    def folder(self) -> str:
        """Folder of the file of a recording, below that of the system; usually empty."""
        return self.file.rpartition("/")[0]

    @property
    def ending(self) -> str:
        """Ending of the file of a recording."""
        return self.file.rpartition("{recording}")[2]

    @property
    def source(self) -> Path:
        """Module that writes the format."""
        return FOLDER / f"{self.module}.py"

    def load(self) -> ModuleType:
        """Import the module."""
        return import_module(f"diarflow.exports.{self.module}")


EXPORTS = {
    "srt": Export("srt", "{recording}.srt", packages=("webvtt-py",)),
    "vtt": Export("vtt", "{recording}.vtt", packages=("webvtt-py",)),
    "json": Export("json", "{recording}.json"),
    "csv": Export("csv", "{recording}.csv"),
    "textgrid": Export("textgrid", "{recording}.TextGrid", packages=("praatio",)),
    "eaf": Export("eaf", "{recording}.eaf", packages=("pympi-ling",)),
    "audacity": Export("audacity", "{recording}.txt"),
    "rttm": Export("rttm", "{recording}.rttm"),
    "ctm": Export("ctm", "{recording}.ctm"),
    "stm": Export("stm", "{recording}.stm"),
    "label-studio": Export("label_studio", "label-studio/{recording}.json"),
    "kaldi": Export(
        "kaldi",
        corpus_files=("segments", "utt2spk", "spk2utt", "wav.scp", "reco2file_and_channel"),
        refers_to_prepared=True,
    ),
    "lhotse": Export(
        "lhotse",
        corpus_files=("recordings.jsonl.gz", "supervisions.jsonl.gz"),
        refers_to_prepared=True,
    ),
    "cuts": Export("cuts", "cuts/{recording}.csv", packages=("soundfile",), reads_audio=True),
}
# formats that contain the confidence of each turn, if it is estimated
CONFIDENT_FORMATS = ("json", "csv", "rttm")
