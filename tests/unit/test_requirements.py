"""Checks before the first job: references, packages, models, and the table of the baseline."""

import pytest
from test_settings import settings

from diarflow.digests import versions
from diarflow.errors import InputError
from diarflow.planning.plan import Plan
from diarflow.planning.recording import Recording
from diarflow.planning.requirements import check_baseline, check_installed, check_references

RECORDINGS = (
    Recording("c", "a", "a", "a.wav", reference="a.rttm"),
    Recording("c", "b", "b", "b.wav"),
)


def plan_of(*systems, **overlay):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": list(systems)}
    return Plan(settings({"corpora": [corpus]} | overlay), RECORDINGS)


def test_an_oracle_on_recordings_without_a_reference_is_an_error_with_their_ids():
    check_references(plan_of("classic"))
    message = (
        "corpus c: system classic-oracle-speech takes a stage from the references, and 1 recordings "
        r"have none \(b\); expected a reference for each"
    )
    with pytest.raises(InputError, match=message):
        check_references(plan_of("classic", "classic-oracle-speech"))


@pytest.mark.skipif(
    "missing" not in versions("pyannote-audio", "torch").values(), reason="the packages are here"
)
def test_a_variant_whose_packages_are_missing_is_an_error_with_the_command_to_install_them():
    system = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "pyannote",
              "clustering": "kmeans", "turns": "join"}  # fmt: skip
    check_installed(plan_of("classic"))
    message = r"embedding.pyannote needs pyannote-audio, torch, not installed here: run `pip install .diarflow\[pyannote\].`"
    with pytest.raises(InputError, match=message):
        check_installed(plan_of("mine", systems={"mine": system}))


def test_a_pipeline_without_pyannote_audio_is_one_line(monkeypatch):
    monkeypatch.setattr(
        "diarflow.planning.requirements.versions", lambda *names: dict.fromkeys(names, "missing")
    )
    corpus = {"name": "c", "audio": "audio", "systems": ["mine"]}
    chosen = settings({"corpora": [corpus], "systems": {"mine": {"pipeline": "a/b"}}})
    with pytest.raises(InputError, match=r"^systems\.mine needs pyannote-audio, torch, not inst"):
        check_installed(Plan(chosen, []))


@pytest.mark.parametrize(
    "content, expected",
    [
        (None, "No such file or directory; expected the der.csv of an earlier run"),
        (b"corpus,der\ndemo,3.0\n", "has no column system, recording, protocol, missed, false_alarm, confusion"),
        (b"\xff\xfe\x00corpus", "not a table of text; expected the der.csv of an earlier run"),
        (b"", "has no column corpus, system"),
    ],
)  # fmt: skip
def test_a_baseline_that_is_no_table_of_scores_is_one_line(tmp_path, content, expected):
    path = tmp_path / "before.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"report\.baseline is") as caught:
        check_baseline(str(path))
    assert expected in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_a_baseline_in_the_results_of_this_run_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="which replaces it; expected a copy elsewhere"):
        check_baseline("results/report/der.csv")
    check_baseline(None)
