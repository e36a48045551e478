"""Digest of the code that a result depends on. The place of a module does not change it."""

import json

import pytest

from diarflow.errors import InputError
from diarflow.planning import code_digest as module
from diarflow.planning import equivalent_code
from diarflow.planning.code_digest import code_digest, computed_digest
from diarflow.planning.equivalent_code import digests, equivalences, main, units

TEXTS = {
    "script.py": "from diarflow.speech import LIST\nfrom diarflow.speech.webrtc import detect\n"
    "from diarflow.runs.job import Job\nfrom diarflow.errors import InputError\n",
    "speech/__init__.py": "LIST = {}\n",
    "speech/webrtc.py": '"""Doc."""\nfrom diarflow.audio.gain import gain\n\n\ndef detect():\n    """Doc."""\n    return gain()\n',
    "audio/gain.py": "def gain():\n    return 1  # a comment\n",
    "audio/level.py": "def gain():\n    return 2\n",
    "runs/job.py": "class Job: pass\n",
    "errors.py": "class InputError: pass\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package in place of this one, whose modules a test edits and moves."""
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    yield tmp_path
    module._read.cache_clear()
    code_digest.cache_clear()


def digest_of(package, edits=()):
    for name, old, new in edits:
        text = (package / name).read_text()
        assert old in text
        (package / name).write_text(text.replace(old, new))
    module._read.cache_clear()
    return computed_digest(package / "script.py")


@pytest.mark.parametrize(
    ("name", "old", "new", "differs"),
    [
        ("audio/gain.py", "return 1", "return 2", True),
        ("speech/webrtc.py", "return gain()", "return gain() + 1", True),
        ("speech/webrtc.py", "audio.gain", "audio.level", True),
        ("audio/gain.py", "a comment", "another comment", False),
        ("speech/webrtc.py", "Doc.", "Another.", False),
        ("runs/job.py", "pass", "x = 1", False),
        ("errors.py", "pass", "x = 1", False),
        ("audio/level.py", "return 2", "return 3", False),
        ("speech/__init__.py", "{}", "{'new': 1}", False),
    ],
)
def test_imported_code_counts_and_comments_and_infrastructure_do_not(
    package, name, old, new, differs
):
    before = digest_of(package)
    assert (digest_of(package, [(name, old, new)]) != before) is differs


def test_a_moved_module_keeps_the_digest(package):
    before = digest_of(package)
    (package / "features").mkdir()
    (package / "audio/gain.py").rename(package / "features/loudness.py")
    edit = ("speech/webrtc.py", "diarflow.audio.gain", "diarflow.features.loudness")
    assert digest_of(package, [edit]) == before


def test_a_module_imported_as_a_whole_counts(package):
    edit = (
        "speech/webrtc.py",
        "from diarflow.audio.gain import gain",
        "from diarflow.audio import gain",
    )
    before = digest_of(package, [edit])
    assert digest_of(package, [("audio/gain.py", "return 1", "return 2")]) != before


def test_equivalent_code_has_the_earlier_digest(package, monkeypatch):
    computed = digest_of(package)
    monkeypatch.setattr(module, "_equivalent", lambda: {computed: "0123456789ab"})
    assert code_digest(package / "script.py") == "0123456789ab"


def test_equivalent_code_is_declared_by_unit_and_kept_for_others():
    computed = {unit: computed_digest(*sources) for unit, sources in units()}
    before = dict.fromkeys(computed, "0123456789ab")
    earlier = {computed["write_rttm"]: "ba9876543210", "changed since": "aaaaaaaaaaaa"}
    assert equivalences(before, ["resegment"], earlier) == {
        computed["write_rttm"]: "ba9876543210",
        computed["resegment"]: "0123456789ab",
    }
    assert set(equivalences(before, ["all"], {})) == set(computed.values())
    with pytest.raises(InputError, match="detect_speech is not a unit, expected some of"):
        equivalences(before, ["detect_speech"], {})


def test_the_command_prints_digests_and_later_declares_the_named_units(
    tmp_path, monkeypatch, capsys
):
    """A second declaration keeps the first. Code that has changed since loses its entry."""
    declared = tmp_path / "equivalent_code.json"
    monkeypatch.setattr(equivalent_code, "EQUIVALENT", declared)
    main([])
    before = json.loads(capsys.readouterr().out)
    assert before == digests() and {"resegment", "detect_speech/webrtc"} <= set(before)
    computed = {unit: computed_digest(*sources) for unit, sources in units()}
    (tmp_path / "before.json").write_text(json.dumps(dict.fromkeys(before, "0123456789ab")))
    main([str(tmp_path / "before.json"), "resegment"])
    assert json.loads(declared.read_text()) == {computed["resegment"]: "0123456789ab"}
    assert capsys.readouterr().out == (
        f"{declared}: 1 digests of code that is equivalent to earlier code\n"
    )
    entries = {computed["resegment"]: "0123456789ab", "changed since": "ba9876543210"}
    declared.write_text(json.dumps(entries))
    main([str(tmp_path / "before.json"), "detect_speech/webrtc"])
    assert set(json.loads(declared.read_text())) == {
        computed["resegment"], computed["detect_speech/webrtc"],
    }  # fmt: skip


def test_a_unit_with_its_digest_before_needs_no_declaration():
    computed = {unit: computed_digest(*sources) for unit, sources in units()}
    assert equivalences(computed, ["all"], {}) == {}


def test_every_declared_equivalence_is_of_the_present_code():
    """A change of code re-runs its results. Remove its entry, and name the artifact in the changelog."""
    computed = {computed_digest(*sources) for _, sources in units()}
    assert set(module._equivalent()) <= computed
