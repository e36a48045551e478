"""Scripts of the rules that read references and imported RTTM: five cases with five outcomes."""

import json
from pathlib import Path

import pytest
from plan_rows import write_plan

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.audio.prepared import write_silence
from diarflow.formats.rttm import read_turns

LINE = "SPEAKER {} 1 {} {} <NA> <NA> {} <NA> <NA>\n"
OWN = {"shared": [], "is_own": True, "channel": None, "is_each": False, "channels": None}


@pytest.fixture
def run(run_script):
    """Return a function that prepares or imports the text of a file for a recording `a` of 10 s; it returns the reason.

    `reason` is None if the recording is not set aside.
    """

    def of(rule, text, **lines):
        audio = Path("results/c/audio/a.wav")
        audio.parent.mkdir(parents=True, exist_ok=True)
        write_silence(audio, 160_000)
        kind = "reference" if rule == "prepare_reference" else "rttm"
        Path("all.rttm").write_text(text)
        row = {"recording": "a", "name": "a", "uem": None, kind: "all.rttm"}
        row["lines"] = {kind: OWN | lines}
        plan = write_plan(reference=row, rttm__=row)
        output = {kind: f"results/c/{kind}/a.rttm"}
        if rule == "prepare_reference":
            output["uem"] = "results/c/reference/a.uem"
        output["sidecar"] = f"results/c/{kind}/a.json"
        run_script(rule, input=plan | {AUDIO[rule]: str(audio)}, output=output)
        record = Path(f"results/c/failures/{rule}/a.json")
        assert (failed_rule(output[kind]) == rule) == record.exists()
        return json.loads(record.read_text())["reason"] if record.exists() else None

    return of


AUDIO = {"prepare_reference": "audio", "import_rttm": "channel_audio"}
RULES = tuple(AUDIO)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("text", "lines", "reason"),
    [
        (LINE.format("b", 0, 5, "x"), {}, "no turn of recording a; the file contains b"),
        ("", {"is_own": False}, "has no lines, expected those of a"),
        (LINE.format("a", 600, 5, "x"), {}, "5 of 5 s of the turns of a lie outside the recording"),
        (LINE.format("a", 690, 4300, "x"), {}, "are the times in milliseconds"),
        (LINE.format("a", 1, 0, "x"), {}, "the duration of each turn of a is 0"),
        (LINE.format("a", 1, -2, "x"), {}, "all.rttm:1: duration is -2, expected a number >= 0"),
        ("0\t1\tx\n", {"is_own": False}, "all.rttm: contains no recording names, but several"),
        ("a 1 0.3 0.2\n", {}, "all.rttm:1: begins with a 1 0.3 0.2, expected RTTM"),
        ("a 1 0.3 0.2 word\n", {}, "all.rttm:1: CTM without speakers, expected the speaker"),
    ],
)
def test_a_foreign_misplaced_or_contradictory_file_sets_the_recording_aside(
    run, rule, text, lines, reason
):
    assert reason in run(rule, text, **lines)


@pytest.mark.parametrize("rule", RULES)
def test_an_empty_file_has_no_turns_and_is_noted(run, rule):
    assert run(rule, ";; nobody speaks\n") is None
    (path,) = Path("results/c").glob("r*/a.rttm")
    assert path.read_text() == "" and read_sidecar(path.with_suffix(".json"))["notes"] == {
        "empty": 1
    }


@pytest.mark.parametrize("rule", RULES)
def test_what_a_format_leaves_out_is_in_the_notes(run, rule):
    assert run(rule, "0\t1.5\tAnn\n2\t2\tpoint\n3\t4\t\n") is None
    (path,) = Path("results/c").glob("r*/a.rttm")
    assert read_turns(path) == [(0.0, 1.5, "Ann")]
    assert read_sidecar(path.with_suffix(".json"))["notes"] == {
        "labels of points left out": 1, "labels without text left out": 1,
    }  # fmt: skip


def test_turns_at_the_end_of_the_recording_are_clipped_and_later_ones_dropped(run):
    text = "".join(LINE.format("a", start, 6, "x") for start in (0, 8, 20)) + LINE.format(
        "a", 0, 9, "y"
    )
    assert run("prepare_reference", text) is None
    assert read_sidecar("results/c/reference/a.json") == {
        "extent": "audio", "repairs": {"merged": 0, "clipped": 1, "dropped": 1}, "notes": {},
    }  # fmt: skip
