"""The shipped change detector on a conversation of speakers that it was not trained on."""

import numpy as np
import pytest
import soundfile
from conftest import SHARED

from diarflow.networks import NETWORKS
from diarflow.settings.stages import BilstmNetwork
from diarflow.simulation.conversation import simulate
from diarflow.simulation.speakers import choose, list_speakers
from diarflow.training.labels import changes, label_frames

SPEAKERS = SHARED / "speakers"
pytestmark = pytest.mark.skipif(not SPEAKERS.exists(), reason=f"{SPEAKERS} is not there")


def test_scores_near_changes_of_speaker_are_twice_those_elsewhere(tmp_path):
    audio, turns = simulate(
        choose(list_speakers(SPEAKERS), "test"),
        seed=9, number=0, duration=120.0, min_speakers=3, max_speakers=3, overlap=True, vary_speed=False,
    )  # fmt: skip
    soundfile.write(tmp_path / "a.wav", audio, 16_000, "PCM_16")
    scores, times, _ = NETWORKS["bilstm"].load(**BilstmNetwork().model_dump())(tmp_path / "a.wav")
    found = changes(turns, 120.0, kinds=["speaker"], max_pause=1.0)
    near = label_frames(times, found, neighbourhood=0.1) == 1
    assert len(found) > 10
    assert np.mean(scores[near]) > 2 * np.mean(scores[~near])
