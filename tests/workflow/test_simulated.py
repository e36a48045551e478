"""A corpus that the workflow makes itself."""

from diarflow.simulation.synthetic import synthesize_dialogue


def overlay(conversations):
    simulated = {"speakers": "voices", "conversations": conversations, "duration": 12.0}
    return {"corpora": [{"name": "sim", "simulate": simulated, "systems": ["classic"]}]}


def test_conversations_are_made_diarized_and_scored_and_one_more_runs_alone(fresh):
    for name in "pqr":
        (fresh.folder / "voices" / name).mkdir(parents=True)
        synthesize_dialogue(
            fresh.folder / "voices" / name / "a.wav", seed=ord(name), speakers=1, turns=3
        )
    fresh(overlay=overlay(1))
    results = fresh.folder / "results"
    assert "sim,classic,sim-0000,full" in (results / "report/der.csv").read_text()
    table = (results / "sim/simulated/recordings.tsv").read_text()
    assert table == "recording\taudio\treference\nsim-0000\tsim-0000.wav\tsim-0000.rttm\n"

    recordings = {recording for _, recording in fresh.planned_recordings(overlay=overlay(2))}
    assert recordings == {"", "sim-0001"}
    (fresh.folder / "voices" / "r" / "a.wav").unlink()
    planned = fresh.planned_recordings(overlay=overlay(1))
    assert ("simulate_conversations", "sim-0000") in planned


def test_a_folder_of_speakers_that_is_not_there_stops_the_run(fresh):
    done = fresh(overlay=overlay(1), check=False)
    assert done.status == 1 and "voices: no such folder of speakers (corpus sim)" in done.text
