"""A corpus that the workflow simulates."""

from workflow_runs import BATCHES

from diarflow.simulation.synthetic import synthesize_dialogue


def overlay(conversations):
    simulated = {"speakers": "voices", "conversations": conversations, "duration": 12.0}
    return {"corpora": [{"name": "sim", "simulate": simulated, "systems": ["classic"]}]}


def test_conversations_are_simulated_diarized_and_scored_and_an_added_one_runs_only_its_jobs(fresh):
    for name in "pqr":
        (fresh.folder / "voices" / name).mkdir(parents=True)
        path = fresh.folder / "voices" / name / "a.wav"
        synthesize_dialogue(path, seed=ord(name), speakers=1, turns=3)
    fresh("results/sim/der.csv", overlay=BATCHES | overlay(1))
    results = fresh.folder / "results"
    assert "sim,classic,sim-0000,full" in (results / "sim/der.csv").read_text()
    table = (results / "sim/simulated/recordings.tsv").read_text()
    assert table == "recording\taudio\treference\nsim-0000\tsim-0000.wav\tsim-0000.rttm\n"

    recordings = {recording for _, recording in fresh.planned_recordings(overlay=overlay(2))}
    assert recordings == {"", "sim-0001"}
    (fresh.folder / "voices" / "r" / "a.wav").unlink()
    planned = fresh.planned_recordings(overlay=overlay(1))
    assert ("simulate_conversations", "sim-0000") in planned
