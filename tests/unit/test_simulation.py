import itertools

import numpy as np
import pytest

from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.errors import InputError
from diarflow.simulation import conversation, room
from diarflow.simulation.conversation import (
    plan_interjections,
    plan_turns,
    simulate_conversation,
    turn_taking,
)
from diarflow.simulation.far_field import box_response, music
from diarflow.simulation.sources import Voice, find_speech
from diarflow.simulation.speakers import files_stamp, list_speakers, part_of, select_speakers
from diarflow.simulation.synthetic import synthesize_dialogue

SETTINGS = {"seed": 3, "number": 0, "duration": 40.0, "min_speakers": 2, "max_speakers": 3,
            "overlap": True, "vary_speed": False, "hard": False}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with four speakers, who have one voice and two recordings each."""
    root = tmp_path_factory.mktemp("speakers")
    for number in range(4):
        (root / "set" / str(number)).mkdir(parents=True)
        for take in range(2):
            path = root / "set" / str(number) / f"{take}.wav"
            synthesize_dialogue(path, seed=10 * number + take, speakers=1, turns=4)
    return root


@pytest.fixture(scope="module")
def speakers(folder):
    return list_speakers(folder)


def test_each_folder_with_audio_is_a_speaker(speakers):
    assert list(speakers) == ["set/0", "set/1", "set/2", "set/3"]
    assert [len(paths) for paths in speakers.values()] == [2, 2, 2, 2]


def test_a_folder_without_audio_is_an_error(tmp_path):
    with pytest.raises(InputError, match="expected a folder for each speaker"):
        list_speakers(tmp_path)


def test_the_parts_are_disjoint_and_cover_all_speakers():
    everyone = {f"x/{n}": [] for n in range(1000)}
    parts = [set(select_speakers(everyone, part)) for part in ("train", "valid", "test")]
    assert (
        sum(map(len, parts))
        == 1000
        == len(set.union(*parts))
        == len(select_speakers(everyone, "all"))
    )
    assert [round(len(part) / 1000, 1) for part in parts] == [0.7, 0.1, 0.2]
    assert part_of("x/1") == part_of("x/1")


def test_speakers_to_leave_out_must_exist():
    everyone = {f"x/{n}": [] for n in range(4)}
    assert set(select_speakers(everyone, "all", ["x/0", "x/2"])) == {"x/1", "x/3"}
    with pytest.raises(InputError, match="leave_out has x/9, expected the folder of a speaker"):
        select_speakers(everyone, "all", ["x/9"])


def test_a_removed_file_changes_the_stamp(speakers):
    assert files_stamp(speakers) == files_stamp(dict(speakers))
    assert files_stamp({"a": speakers["set/0"]}) != files_stamp({"a": speakers["set/0"][:1]})


def test_speech_is_louder_than_the_pauses():
    audio = np.concatenate(
        [np.zeros(8000), np.random.default_rng(0).normal(0, 0.1, 16_000), np.zeros(8000)]
    )
    ((start, end),) = find_speech(audio + np.random.default_rng(1).normal(0, 0.0005, len(audio)))
    assert abs(start - 8000) < 800 and abs(end - 24_000) < 800
    assert find_speech(np.zeros(100)) == []


def test_a_voice_returns_about_the_requested_duration(speakers):
    voice = Voice(speakers["set/0"], np.random.default_rng(0))
    for duration in (0.2, 1.0, 7.0, 3.0):
        audio, speech = voice.read(duration)
        assert abs(len(audio) / SAMPLE_RATE - duration) < 0.8
        assert speech[0][0] == 0.0 and speech[-1][1] == pytest.approx(len(audio) / SAMPLE_RATE)


def test_seed_and_number_determine_a_conversation(speakers):
    audio, turns = simulate_conversation(speakers, **SETTINGS)
    again, same_turns = simulate_conversation(speakers, **SETTINGS)
    np.testing.assert_array_equal(audio, again)
    assert turns == same_turns
    other, _ = simulate_conversation(speakers, **SETTINGS | {"number": 1})
    assert not np.array_equal(audio, other)


@pytest.mark.parametrize("number", range(4))
def test_turns_lie_in_the_conversation_and_those_of_one_speaker_are_disjoint(speakers, number):
    audio, turns = simulate_conversation(speakers, **SETTINGS | {"number": number})
    assert len(audio) == 40 * SAMPLE_RATE and np.abs(audio).max() <= 1
    assert 2 <= len({turn.speaker for turn in turns}) <= 3
    for speaker in {turn.speaker for turn in turns}:
        of_speaker = [turn for turn in turns if turn.speaker == speaker]
        assert all(a.end < b.start for a, b in itertools.pairwise(of_speaker))
    assert all(0 <= turn.start < turn.end <= 40 for turn in turns)


def test_the_reference_is_exact(speakers, monkeypatch):
    """Without room and noise, the audio is zero outside turns, and not zero in their first and last 10 ms."""
    monkeypatch.setattr(conversation, "simulate_room", lambda tracks, random: tracks.sum(axis=0))
    audio, turns = simulate_conversation(speakers, **SETTINGS)
    inside = np.zeros(len(audio), bool)
    for turn in turns:
        inside[round(turn.start * SAMPLE_RATE) : round(turn.end * SAMPLE_RATE)] = True
    assert np.abs(audio[~inside]).max() == 0
    for turn in turns:
        piece = audio[round(turn.start * SAMPLE_RATE) : round(turn.end * SAMPLE_RATE)]
        assert np.abs(piece[:160]).max() > 0 and np.abs(piece[-160:]).max() > 0


def test_without_overlap_turns_are_disjoint(speakers):
    _, turns = simulate_conversation(speakers, **SETTINGS | {"overlap": False})
    assert all(a.end <= b.start for a, b in itertools.pairwise(turns))


def test_planned_turns_have_the_fitted_statistics():
    """Over many planned hours: the median turn, and the share of turns that pass on."""
    random = np.random.default_rng(0)
    planned = [turn for _ in range(20) for turn in plan_turns(random, 4, 600.0, overlap=False)]
    assert np.median([length for _, length, _ in planned]) == pytest.approx(
        turn_taking().seconds["turn"][50], rel=0.1
    )
    passed = np.mean([a[2] != b[2] for a, b in itertools.pairwise(planned)])
    assert passed == pytest.approx(turn_taking().passes_on, abs=0.05)


def test_the_room_keeps_the_length():
    tracks = np.random.default_rng(0).normal(0, 0.1, (2, 16_000)).astype(np.float32)
    for seed in range(8):
        audio = room.simulate_room(tracks, np.random.default_rng(seed))
        assert audio.shape == (16_000,) and np.isfinite(audio).all()


def test_a_hard_conversation_has_exact_turns_and_short_interjections(speakers):
    audio, turns = simulate_conversation(speakers, **SETTINGS | {"hard": True})
    again, _ = simulate_conversation(speakers, **SETTINGS | {"hard": True})
    easy, _ = simulate_conversation(speakers, **SETTINGS)
    np.testing.assert_array_equal(audio, again)
    assert len(audio) == len(easy) and not np.array_equal(audio, easy)
    assert np.isfinite(audio).all() and np.abs(audio).max() <= 1
    assert all(0 <= turn.start < turn.end <= SETTINGS["duration"] for turn in turns)


def test_interjections_have_the_planned_rate_and_durations():
    planned = plan_interjections(np.random.default_rng(0), 3, 10_000.0)
    starts, durations, owners = zip(*planned, strict=True)
    assert len(planned) == pytest.approx(1500, rel=0.1)
    assert min(durations) >= 0.3 and max(durations) <= 1.0
    assert set(owners) == {0, 1, 2} and max(starts) <= 10_000


def test_the_response_of_a_box_decays_as_fast_as_its_reverberation_time():
    """The decay from -5 to -25 dB, times three, is the reverberation time (ISO 3382)."""
    box, decay = np.array([6.0, 5.0, 3.0]), 0.4
    speaker, microphone = np.array([1.5, 2.0, 1.5]), np.array([4.0, 3.5, 1.2])
    response = box_response(box, speaker, microphone, decay, np.random.default_rng(0))
    assert (response**2).sum() == pytest.approx(1)
    assert np.flatnonzero(response)[0] == 0  # the direct sound
    energy = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1])
    seconds = (np.flatnonzero(energy < -25)[0] - np.flatnonzero(energy < -5)[0]) / SAMPLE_RATE
    assert 3 * seconds == pytest.approx(decay, rel=0.35)


def test_music_has_power_one_and_silence_around_it():
    sound = music(20 * SAMPLE_RATE, np.random.default_rng(1))
    audible = np.flatnonzero(sound)
    assert 0.15 < (audible[-1] - audible[0]) / len(sound) < 0.7
    assert (sound[audible[0] : audible[-1]] ** 2).mean() == pytest.approx(1, rel=0.3)
