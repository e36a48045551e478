"""Recipes of docs/systems.md, with stand-ins for the programs: each recipe gives turns that are read."""

import os
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import yaml
from conftest import ROOT

from diarflow.external.recordings import CommandRunner
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.scoring.reference import read_reference

PAGE = (ROOT / "docs/systems.md").read_text().partition("## Recipes")[2]
# modules and programs with the interfaces that the recipes use; each finds one turn from 0.5 to 1.5 s
STAND_INS = {
    "senko.py": """
class Diarizer:
    def __init__(self, device, warmup, quiet): pass
    def diarize(self, path):
        open(path).close()
        return {"merged_segments": [{"start": 0.5, "end": 1.5, "speaker": "SPEAKER_01"}]}
""",
    "diarizen/pipelines/inference.py": """
from types import SimpleNamespace
class DiariZenPipeline:
    @classmethod
    def from_pretrained(cls, name): return cls()
    def __call__(self, path):
        open(path).close()
        turn = SimpleNamespace(start=0.5, end=1.5, duration=1.0)
        return SimpleNamespace(itertracks=lambda yield_label: [(turn, "A", 0)])
""",
    "nemo/collections/asr/models.py": """
class SortformerEncLabelModel:
    @classmethod
    def from_pretrained(cls, name): return cls()
    def eval(self): return self
    def diarize(self, audio, batch_size):
        open(audio).close()
        return [["0.500 1.500 speaker_0"]]
""",
    "bin/whisperx": """#!/usr/bin/env python3
import argparse, json, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("audio", type=pathlib.Path)
parser.add_argument("--diarize", action="store_true", required=True)
parser.add_argument("--output_format", choices=["json"])
parser.add_argument("--output_dir", type=pathlib.Path)
parser.add_argument("--min_speakers", type=int)
parser.add_argument("--max_speakers", type=int)
given = parser.parse_args()
assert given.min_speakers == 2 and given.max_speakers is None
word = {"word": "yes", "start": 0.5, "end": 1.5, "speaker": "SPEAKER_00"}
segment = {"start": 0.5, "end": 1.5, "text": "yes", "words": [word], "speaker": "SPEAKER_00"}
(given.output_dir / f"{given.audio.stem}.json").write_text(json.dumps({"segments": [segment]}))
""",
    "3D-Speaker/speakerlab/bin/infer_diarization.py": """
import argparse, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--wav")
parser.add_argument("--out_dir", type=pathlib.Path)
given = parser.parse_args()
for path in map(pathlib.Path, open(given.wav).read().split("\\n")):
    if path.name:
        line = f"SPEAKER {path.stem} 0 0.500 1.000 <NA> <NA> 0 <NA> <NA>\\n"
        (given.out_dir / f"{path.stem}.rttm").write_text(line)
""",
}


def recipes():
    """Yield the systems of the YAML blocks by name."""
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.S):
        yield from yaml.safe_load(block).items()


def test_the_page_has_five_recipes():
    names = {"senko", "whisperx", "3d-speaker", "diarizen", "sortformer"}
    assert dict(recipes()).keys() == names


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write the scripts of the page and the stand-ins, with an environment for each recipe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, code in re.findall(r"Save as `(\S+)`:\n\n```python\n(.*?)```", PAGE, flags=re.S):
        (tmp_path / name).write_text(code)
    for name, code in STAND_INS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    (tmp_path / "bin/whisperx").chmod(0o755)
    for _, recipe in recipes():
        programs = tmp_path / recipe["environment"] / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(sys.executable)
        (programs / "whisperx").symlink_to(tmp_path / "bin/whisperx")
    return tmp_path


@pytest.mark.parametrize(("name", "recipe"), list(recipes()))
def test_a_recipe_gives_turns_that_are_read(folder, name, recipe):
    items = []
    for id in ("a", "b c"):
        audio = folder / f"results/c/audio/{id}.wav"
        audio.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(audio, np.zeros(32_000), 16_000)
        row = {"num": None, "min": 2, "max": None}
        result = SimpleNamespace(external=folder / f"{id}.txt", sidecar=folder / f"{id}.facts")
        files = SimpleNamespace(audio=os.fspath(audio))
        items.append(SimpleNamespace(id=id, row=row, input=files, output=result))
    with CommandRunner(
        command=recipe["command"], environment=recipe["environment"], time_limit=60
    ) as runner:
        runner.run_together(items)
        for item in items:
            runner.run(item)
            lines = RecordingLines(item.id, item.id, any_name=True)
            (turn,) = read_reference(item.output.external, lines).turns
            assert (turn.start, turn.end) == (0.5, 1.5)
