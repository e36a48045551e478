"""A complete run on a folder with an audio file of every codec and container that tests can write."""

import json
import os

import numpy as np
import pytest
import soundfile
import soxr
from media import WRITTEN, write_media
from workflow_runs import Workflow

from diarflow.formats.rttm import read_turns
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RAW = [("raw.g722", "g722", 16_000), ("raw.aptx", "aptx", 48_000)]


def test_every_codec_and_container_has_one_rttm_with_turns(tmp_path):
    (tmp_path / "media").mkdir()
    synthesize_dialogue(tmp_path / "speech.wav", seed=0, speakers=2, turns=2)
    speech, speech_rate = soundfile.read(tmp_path / "speech.wav", dtype="float32")
    ids = set()
    for name, codec, rate, *_ in [*WRITTEN, *RAW]:
        stem, ending = os.path.splitext(name)
        id = f"{stem}-{codec}-{ending[1:]}"
        ids.add(id)
        audio = soxr.resample(speech, speech_rate, rate).astype(np.float32)
        format = codec if (name, codec, rate) in RAW else None
        channels = 2 if codec in ("vorbis", "wmav2", "aptx") else 1
        write_media(
            tmp_path / "media" / f"{id}{ending}",
            codec,
            audio,
            rate,
            channels=channels,
            format=format,
        )
    corpus = {"name": "field", "audio": "media", "systems": ["classic"]}
    (tmp_path / "my.yaml").write_text(json.dumps({"corpora": [corpus], "batch_size": 100}))
    done = Workflow(tmp_path)("rttm", check=False)
    assert done.status == 0, done.text
    assert len(ids) == len(WRITTEN) + len(RAW) >= 28
    rttm = {
        path.stem: read_turns(path) for path in tmp_path.glob("results/field/rttm/classic/*.rttm")
    }
    assert set(rttm) == ids and all(rttm.values())
