"""The shipped change detector on a conversation of speakers who are not in its training set."""

import numpy as np
import pytest
import soundfile
from conftest import SHARED

from diarflow.networks import NETWORKS
from diarflow.settings.networks import BilstmNetwork
from diarflow.simulation.conversation import simulate_conversation
from diarflow.simulation.speakers import list_speakers, select_speakers
from diarflow.training.labels import find_changes, label_frames

SPEAKERS = SHARED / "speakers"
pytestmark = pytest.mark.skipif(not SPEAKERS.exists(), reason=f"{SPEAKERS} does not exist")


def test_scores_near_speaker_changes_are_twice_as_high_as_elsewhere(tmp_path):
    audio, turns = simulate_conversation(
        select_speakers(list_speakers(SPEAKERS), "test"),
        seed=9, number=0, duration=120.0, min_speakers=3, max_speakers=3, overlap=True, vary_speed=False,
        hard=False,
    )  # fmt: skip
    soundfile.write(tmp_path / "a.wav", audio, 16_000, "PCM_16")
    scores, times, _ = NETWORKS["bilstm"].load(**BilstmNetwork().model_dump())(tmp_path / "a.wav")
    changes = find_changes(turns, 120.0, kinds=["speaker"], max_pause=1.0)
    near = label_frames(times, changes, neighbourhood=0.1) == 1
    assert len(changes) > 10
    assert np.mean(scores[near]) > 2 * np.mean(scores[~near])
