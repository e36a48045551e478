"""A corpus that the workflow simulates."""

import soundfile
from workflow_runs import BATCHES

from diarflow.formats.rttm import read_turns
from diarflow.simulation.synthetic import synthesize_dialogue


def overlay(conversations):
    simulated = {"speakers": "voices", "conversations": conversations, "duration": 12.0}
    return {"corpora": [{"name": "sim", "simulate": simulated, "systems": ["classic"]}]}


def test_conversations_are_simulated_and_an_added_conversation_runs_only_its_jobs(fresh):
    """`tests/training/test_training_run.py` also diarizes and scores simulated conversations."""
    for name in "pqr":
        (fresh.folder / "voices" / name).mkdir(parents=True)
        path = fresh.folder / "voices" / name / "a.wav"
        synthesize_dialogue(path, seed=ord(name), speakers=1, turns=3)
    products = ["audio", "reference"]
    fresh(*products, overlay=BATCHES | overlay(1))
    results = fresh.folder / "results/sim"
    assert read_turns(results / "reference/sim-0000.rttm")
    assert soundfile.info(results / "audio/sim-0000.wav").duration > 5
    table = (results / "simulated/recordings.tsv").read_text()
    assert table == "recording\taudio\treference\nsim-0000\tsim-0000.wav\tsim-0000.rttm\n"

    recordings = {
        recording for _, recording in fresh.planned_recordings(*products, overlay=overlay(2))
    }
    assert recordings == {"", "sim-0001"}
    (fresh.folder / "voices" / "r" / "a.wav").unlink()
    planned = fresh.planned_recordings(*products, overlay=overlay(1))
    assert ("simulate_conversations", "sim-0000") in planned
