"""Linking: voices, pair scores, clustering of voices, labels and probabilities of people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from diarflow.errors import InputError
from diarflow.linking.ahc import agglomerate
from diarflow.linking.candidates import find_candidates
from diarflow.linking.link import compare, constraints_of, link_voices, lowest_log_odds
from diarflow.linking.pair_constraints import imply_pairs
from diarflow.linking.pairs import Constraints, find_pairs
from diarflow.linking.people import label_people
from diarflow.linking.plda_scores import make_scorer
from diarflow.linking.voice_files import VoiceRow
from diarflow.linking.voices import summarize_speakers
from diarflow.timeline.intervals import Turn

NO_PAIRS = np.zeros((0, 2), int)
SETTINGS = {
    "backend": "agglomerative", "threshold": 0.5, "prior": 0.02,
    "num_people": None, "min_people": 1, "max_people": None,
}  # fmt: skip


def synthetic_voices(people=6, recordings=8, *, dimensions=20, seed=0):
    """Return voices of recordings with three people each, and the person of each key."""
    random = np.random.default_rng(seed)
    means = random.normal(0, 1, (people, dimensions))
    voices, truth = [], {}
    for recording in range(recordings):
        for number, person in enumerate(random.choice(people, 3, replace=False)):
            key = ("c", f"r{recording:02d}", f"SPEAKER_{number:02d}")
            vector = means[person] + random.normal(0, 0.25, dimensions)
            voices.append(VoiceRow(key, 30.0, 20.0, 0.8, 0.0, vector.astype(np.float32)))
            truth[key] = int(person)
    return voices, truth


def link(voices, earlier=None, same=(), different=(), **changed):
    chosen = SETTINGS | changed
    if chosen["backend"] == "search":
        chosen = {key: chosen[key] for key in ("backend", "threshold", "prior")}
    comparison = compare(voices, None, min_clean_time=1.5)
    constraints = constraints_of(
        comparison, same, different, prior=chosen["prior"], same_recording=1.0
    )
    pairs = find_pairs(comparison.scorer, prior=chosen["prior"], floor=lowest_log_odds(0.5))
    speakers = link_voices(voices, comparison, pairs, constraints, earlier or {}, chosen)
    return {speaker.key: speaker.person for speaker in speakers}


def partition(people):
    groups = {}
    for key, person in people.items():
        groups.setdefault(person, set()).add(key)
    return {frozenset(group) for group in groups.values()}


# --- voices ---


def test_only_clean_windows_of_a_speaker_count():
    turns = [Turn(0.0, 4.0, "a"), Turn(3.0, 6.0, "b")]
    start = np.arange(5.0)
    windows = {"start": start, "end": start + 1, "chunk": np.array([-1, -1, -1, -1, 3])}
    vectors = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [9.0, 9.0], [8.0, 8.0]])
    a, b = summarize_speakers(turns, windows, vectors)
    # the window from 3 s has both speakers, and the last row is a local speaker
    assert a.vector.tolist() == [2.0, 0.0] and a.clean_time == 3.0 and a.talk_time == 4.0
    assert b.speaker == "b" and len(b.vector) == 0 and b.clean_time == 0.0


def test_a_speaker_with_few_clean_windows_is_represented_by_the_best_ones():
    turns = [Turn(0.0, 1.0, "a"), Turn(0.8, 2.0, "b")]
    windows = {
        "start": np.array([0.0, 0.9]),
        "end": np.array([1.0, 1.9]),
        "chunk": np.array([-1, -1]),
    }
    a, b = summarize_speakers(turns, windows, np.eye(2))
    assert a.vector.tolist() == [1.0, 0.0] and b.vector.tolist() == [0.0, 1.0]


def test_a_recording_without_windows_has_voices_without_vectors():
    windows = {name: np.zeros(0) for name in ("start", "end", "chunk")}
    [voice] = summarize_speakers([Turn(0.0, 1.0, "a")], windows, np.zeros((0, 0)))
    assert len(voice.vector) == 0 and voice.talk_time == 1.0


# --- scores of pairs ---


def test_ratios_equal_those_of_normal_distributions():
    """Expected values: densities of scipy.stats, with the variances rounded to levels of ratio 1.25."""
    random = np.random.default_rng(0)
    between = np.array([2.0, 0.5, 1.0])
    vectors, variances = random.normal(0, 1, (6, 3)), np.array([0.1, 0.1, 0.4, 1.0, 1.0, 3.0])
    scorer = make_scorer(vectors, variances, between)
    levels = 1.25 ** np.round(np.log(variances) / np.log(1.25))
    first, second = np.triu_indices(6, 1)
    expected = []
    for a, b in zip(first, second, strict=True):
        ratio = 0.0
        for x, y, between_d in zip(vectors[a], vectors[b], between, strict=True):
            joint = [[between_d + levels[a], between_d], [between_d, between_d + levels[b]]]
            ratio += multivariate_normal.logpdf([x, y], cov=joint)
            ratio -= multivariate_normal.logpdf(x, cov=between_d + levels[a])
            ratio -= multivariate_normal.logpdf(y, cov=between_d + levels[b])
        expected.append(ratio)
    np.testing.assert_allclose(scorer.of_pairs(first, second), expected, rtol=1e-5, atol=1e-5)
    blocks = scorer.of_blocks(np.arange(6), np.arange(6))
    np.testing.assert_allclose(blocks[first, second], expected, rtol=1e-5, atol=1e-5)


def test_the_exact_search_finds_all_pairs_above_the_floor(monkeypatch):
    monkeypatch.setattr("diarflow.linking.pairs._BLOCK", 5)
    voices, _ = synthetic_voices()
    comparison = compare(voices, None, min_clean_time=0)
    count = len(comparison.keys)
    every = find_pairs(comparison.scorer, prior=0.02, floor=-np.inf)
    assert len(every.first) == count * (count - 1) // 2 and (every.first < every.second).all()
    some = find_pairs(comparison.scorer, prior=0.02, floor=0.0)
    chosen = every.selected(every.log_odds >= 0.0)
    assert all(map(np.array_equal, some, chosen))


def test_the_cache_of_pairs_changes_nothing(tmp_path):
    voices, _ = synthetic_voices(seed=1)
    cache = tmp_path / "pairs.npz"

    def pairs_of(voices, path):
        comparison = compare(voices, None, min_clean_time=0)
        return find_candidates(comparison, path, prior=0.02, floor=-4.0)

    pairs_of(voices[:-3], cache)  # a recording is added, then another one is removed
    for present in (voices, voices[3:]):
        found, fresh = pairs_of(present, cache), pairs_of(present, tmp_path / "other.npz")
        assert all(map(np.array_equal, found, fresh))
        (tmp_path / "other.npz").unlink()
    cache.write_bytes(b"damaged")
    assert all(map(np.array_equal, pairs_of(voices[3:], cache), fresh))


# --- clustering ---


def constraints(count, *, same=NO_PAIRS, different=NO_PAIRS, groups=None, uncertain=NO_PAIRS):
    groups = np.full(count, -1) if groups is None else np.array(groups)
    return Constraints(
        np.reshape(same, (-1, 2)),
        np.reshape(different, (-1, 2)),
        groups,
        np.reshape(uncertain, (-1, 2)),
    )


def test_people_of_synthetic_voices_are_found():
    voices, truth = synthetic_voices()
    assert partition(link(voices)) == partition(truth)


def test_speakers_of_one_recording_are_only_linked_if_the_clustering_was_uncertain():
    alike = np.full((2, 2), 9.0)
    apart = agglomerate(alike, constraints(2, groups=[0, 0]), threshold=0.0)
    linked = agglomerate(alike, constraints(2, groups=[0, 0], uncertain=[[0, 1]]), threshold=0.0)
    assert apart.tolist() == [0, 1] and linked.tolist() == [0, 0]


def test_pairs_of_the_tables_are_obeyed():
    voices, truth = synthetic_voices()
    keys = sorted(truth)
    mine = [key for key in keys if truth[key] == 0]
    other = next(key for key in keys if truth[key] == 1 and key[1] not in {k[1] for k in mine})
    people = link(voices, different=[(mine[0], mine[1])], same=[(mine[2], other)])
    assert people[mine[0]] != people[mine[1]] and people[mine[2]] == people[other]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [({"num_people": 5}, 5), ({"max_people": 5}, 5), ({"min_people": 10}, 10)],
)
def test_the_number_of_people_can_be_given_or_bounded(bounds, expected):
    voices, _ = synthetic_voices()
    assert len(set(link(voices, **bounds).values())) == expected


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(2, 12))
def test_both_backends_find_the_same_people(seed, people):
    voices, _ = synthetic_voices(people + 2, 6, seed=seed, dimensions=6)
    assert link(voices, backend="search") == link(voices)


def test_a_large_component_is_split_by_a_higher_threshold(monkeypatch, caplog):
    monkeypatch.setattr("diarflow.linking.search._LARGEST", 3)
    voices, _ = synthetic_voices(3, 8, seed=2)
    people = link(voices, backend="search")
    assert len(set(people.values())) >= 3 and "are connected" in caplog.text


@settings(max_examples=20)
@given(st.integers(0, 1000), st.randoms())
def test_the_order_of_recordings_changes_nothing(seed, random):
    voices, _ = synthetic_voices(seed=seed, dimensions=6)
    shuffled = random.sample(voices, len(voices))
    assert link(shuffled) == link(voices)


# --- labels ---


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 7))
def test_labels_are_stable_when_a_recording_is_removed_and_added(seed, removed):
    voices, _ = synthetic_voices(seed=seed)
    id = f"r{removed:02d}"
    before = link(voices)
    rest = link([voice for voice in voices if voice.key[1] != id], before)
    again = link(voices, before | rest)
    groups = {
        person: {key for key in before if before[key] == person} for person in before.values()
    }
    for key, person in rest.items():
        others = {other for other in rest if rest[other] == person}
        if others == {other for other in groups[before[key]] if other[1] != id}:
            assert person == before[key]
    assert again == before


def test_a_new_recording_gets_new_labels_and_keeps_the_others():
    voices, _ = synthetic_voices()
    before = link([voice for voice in voices if voice.key[1] != "r00"])
    after = link(voices, before)
    assert {key: after[key] for key in before} == before


def test_a_number_of_a_removed_person_is_not_used_again():
    labels = label_people([0], [("c", "b", "y")], {}, {("c", "a", "x"): "PERSON_0007"})
    assert labels == {0: "PERSON_0008"}


def test_a_speaker_with_little_speech_is_a_person_of_its_own():
    voices, _ = synthetic_voices()
    voices[0] = voices[0]._replace(clean_time=0.5)
    people = link(voices)
    assert list(people.values()).count(people[voices[0].key]) == 1


def test_a_speaker_with_little_speech_is_the_person_of_the_table():
    """Voice 0 is compared with nothing, and joins two people who would be different."""
    voices, truth = synthetic_voices()
    keys = sorted(truth)
    first = keys[0]
    others = [next(key for key in keys[3:] if truth[key] == person) for person in (0, 1)]
    short = [v._replace(clean_time=0.5) if v.key == first else v for v in voices]
    comparison = compare(short, None, min_clean_time=1.5)
    implied = imply_pairs([(others[0], first), (first, others[1])], [], comparison.keys)
    chosen = constraints_of(
        comparison, implied.same, implied.different, prior=0.02, same_recording=1.0
    )
    pairs = find_pairs(comparison.scorer, prior=0.02, floor=lowest_log_odds(0.5))
    speakers = link_voices(short, comparison, pairs, chosen, {}, SETTINGS, implied.joined)
    people = {speaker.key: speaker.person for speaker in speakers}
    assert people[first] == people[others[0]] == people[others[1]]
    [probability] = [speaker.probability for speaker in speakers if speaker.key == first]
    assert probability is None


def test_different_people_of_a_joined_speaker_are_different():
    a, b, c, d = (("c", f"r{n}", "x") for n in range(4))
    implied = imply_pairs([(a, b)], [(a, c), (c, d)], [b, c])
    assert (implied.same, implied.different, implied.joined) == ([], [(b, c)], {a: b})


@pytest.mark.parametrize(
    ("same", "different", "message"),
    [
        ([(0, 1), (1, 2)], [(2, 0)], "c/r2/x and c/r0/x are one person in same"),
        ([(0, 3), (0, 4)], [], "makes Ann and Bob one person, who are known"),
    ],
)
def test_contradictory_pairs_are_a_message(same, different, message):
    keys = [*(("c", f"r{n}", "x") for n in range(3)), ("", "", "Ann"), ("", "", "Bob")]
    same, different = ([(keys[a], keys[b]) for a, b in pairs] for pairs in (same, different))
    with pytest.raises(InputError, match=message):
        imply_pairs(same, different, keys)


def test_known_people_give_their_names_and_others_stay_unknown():
    voices, truth = synthetic_voices()
    known = [
        voices[0]._replace(key=("", "", "Ann")),
        voices[1]._replace(key=("", "", "Bob")),
    ]
    people = link([*voices, *known])
    names = {"Ann": truth[voices[0].key], "Bob": truth[voices[1].key]}
    for key, person in people.items():
        assert names.get(person) == (truth[key] if truth[key] in names.values() else None)


def test_no_voices_are_no_people():
    assert link([]) == {} and link([], backend="search") == {}


def test_probabilities_are_those_of_log_odds():
    """Two voices with log odds of z: each is its person with probability e^z / (1 + e^z)."""
    voices, _ = synthetic_voices(1 + 2, 2)
    comparison = compare(voices[:1] + voices[3:4], None, min_clean_time=0)
    pairs = find_pairs(comparison.scorer, prior=0.02, floor=-np.inf)
    constraints = constraints_of(comparison, [], [], prior=0.02, same_recording=1.0)
    speakers = link_voices(voices[:1] + voices[3:4], comparison, pairs, constraints, {}, SETTINGS)
    z = float(pairs.log_odds[0])
    linked = speakers[0].person == speakers[1].person
    expected = np.exp(z) / (1 + np.exp(z))
    for speaker in speakers:
        assert speaker.probability == pytest.approx(expected if linked else 1 - expected, abs=1e-4)


def test_fewer_people_than_a_recording_has_speakers_are_not_possible(caplog):
    voices, _ = synthetic_voices()
    assert len(set(link(voices, num_people=2).values())) >= 3
    assert "cannot be linked to 2 people" in caplog.text
