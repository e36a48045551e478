"""Plan files: the rows of all recordings of a corpus in one file, and how jobs read them."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diarflow.errors import InputError, cell_name
from diarflow.planning.plan_files import PlanFiles, merge_rows
from diarflow.planning.recording import Recording
from diarflow.planning.recording_ids import safe_id
from diarflow.runs.rows import iterate_rows, line_key, part_digest, plan_path, read_row, row_line

PLAN = Path("results/c/plan.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recordings(a, b):
    """Return two recordings with these numbers of speakers."""
    return [Recording("c", id, id, f"{id}.wav", num_speakers=n) for id, n in (("b", b), ("a", a))]


def speakers(path=PLAN):
    return {id: row["speakers"]["num"] for id, row in iterate_rows(path)}


def test_a_corpus_has_one_plan_file_that_is_written_only_if_a_row_changes():
    assert plan_path("c") == PLAN.as_posix()
    PlanFiles(recordings(2, 2)).write()
    found = {path.as_posix() for path in Path("results").rglob("*") if path.is_file()}
    assert found == {PLAN.as_posix(), "results/c/recordings.tsv"}
    before = PLAN.stat().st_mtime_ns
    PlanFiles(recordings(2, 2)).write()
    assert PLAN.stat().st_mtime_ns == before and speakers() == {"a": 2, "b": 2}
    PlanFiles(recordings(3, 2)).write()
    assert speakers() == {"a": 3, "b": 2}


def test_rows_that_differ_from_those_of_the_last_run_are_known_until_the_next_one():
    PlanFiles(recordings(2, 2)).write()
    files = PlanFiles(recordings(3, 2))
    files.write()
    assert files.is_changed("c", "a") and not files.is_changed("c", "b")
    assert not PlanFiles(recordings(3, 2)).is_changed("c", "a")


def test_only_the_digest_of_a_changed_part_changes():
    before, after = PlanFiles(recordings(2, 2)), PlanFiles(recordings(3, 2))
    changed = {
        (part, id)
        for part in ("audio", "reference", "speakers")
        for id in "ab"
        if before.digest("c", part, id) != after.digest("c", part, id)
    }
    assert changed == {("speakers", "a")}
    assert before.digest("c", "channels", "a") == ""
    before.write()
    assert part_digest(read_row(PLAN, "a")["speakers"]) == before.digest("c", "speakers", "a")


def test_the_digest_is_that_of_the_row_files_of_earlier_versions():
    """SHA-256 of '{\\n "num": 2\\n}\\n'."""
    assert part_digest({"num": 2}) == "70fe2d4dbda5" and part_digest(None) == ""


def test_a_call_and_its_channels_have_rows_of_their_own():
    channel = Recording("c", "a_ch1", "a", "a.wav", channel=1, call="a")
    PlanFiles([channel], [("c", "a", {"channels": {"channels": [{"recording": "a_ch1"}]}})]).write()
    assert [id for id, _ in iterate_rows(PLAN)] == ["a", "a_ch1"]
    assert read_row(PLAN, "a") == {
        "recording": "a",
        "channels": {"channels": [{"recording": "a_ch1"}]},
    }


def test_a_name_with_tabs_and_line_breaks_is_one_field_of_the_table_of_ids():
    PlanFiles([Recording("c", "a", "a\tb\nc", "a\tb\nc.wav")]).write()
    (line,) = Path("results/c/recordings.tsv").read_text().splitlines()[1:]
    assert line.split("\t")[1:] == [r"a\tb\nc", r"a\tb\nc.wav"]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'quoted", "plain"])
def test_a_name_is_no_formula_in_the_table_of_ids_and_can_be_read_back(name):
    PlanFiles([Recording("c", "a", name, f"{name}.wav")]).write()
    (line,) = Path("results/c/recordings.tsv").read_text().splitlines()[1:]
    _, *cells = line.split("\t")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert list(map(cell_name, cells)) == [name, f"{name}.wav"]


def test_a_plan_file_is_read_from_a_scratch_folder_until_it_is_written():
    PlanFiles(recordings(2, 2)).write()
    files = PlanFiles(recordings(2, 3))
    files.write_to(Path("scratch"))
    assert files.path("c") == f"scratch/{PLAN.as_posix()}"
    assert speakers(files.path("c")) == {"a": 2, "b": 3} and speakers() == {"a": 2, "b": 2}
    files.write()
    assert files.path("c") == PLAN.as_posix() and speakers() == {"a": 2, "b": 3}


def test_in_a_dry_run_empty_files_stand_for_plan_files():
    files = PlanFiles(recordings(2, 2))
    files.stand_in(Path("scratch"))
    assert Path(files.path("c")).read_bytes() == b"" and not PLAN.exists()


def test_rows_of_other_recordings_stay_and_damaged_lines_do_not():
    """Runs of two shards in one folder write their rows to the same file."""
    first, second = recordings(2, 3)
    PlanFiles([first]).write()
    with open(PLAN, "ab") as file:
        file.write(b'{"recording": "z", "audio"\n' + b"\0" * 50)
    PlanFiles([second]).write()
    assert speakers() == {"a": 2, "b": 3}


@pytest.mark.parametrize("damage", ["missing", "empty", "folder", "zeros"])
def test_a_damaged_plan_file_is_written_again(damage):
    PlanFiles(recordings(2, 2)).write()
    content = PLAN.read_bytes()
    PLAN.unlink()
    if damage == "folder":
        PLAN.mkdir()
    elif damage != "missing":
        PLAN.write_bytes(b"\0" * 100 if damage == "zeros" else b"")
    PlanFiles(recordings(2, 2)).write()
    assert PLAN.read_bytes() == content


@example({"0", "0 0"}, "0 1")  # in another order with the quotes that follow the ids
@given(st.sets(st.text(min_size=1).map(safe_id), min_size=1), st.text(min_size=1).map(safe_id))
def test_each_row_is_found_by_bisection(tmp_path_factory, ids, other):
    path = tmp_path_factory.mktemp("rows") / "plan.jsonl"
    rows = {id: {"recording": id, "audio": {"audio": "ä" * len(id)}} for id in ids}
    merge_rows(
        path,
        sorted((row_line(id, {"audio": row["audio"]}) for id, row in rows.items()), key=line_key),
    )
    assert {id: read_row(path, id) for id in ids} == rows == dict(iterate_rows(path))
    if other not in ids:
        with pytest.raises(InputError, match="has no row of the recording"):
            read_row(path, other)


def test_the_first_of_several_rows_of_a_recording_is_kept():
    lines = {name: row_line(name[0], {"audio": name}) for name in ("a1", "a2", "b2")}
    Path("one").write_bytes(lines["a1"])
    Path("two").write_bytes(lines["a2"] + lines["b2"])
    merge_rows(PLAN, [], Path("one"), Path("two"), PLAN)
    assert [json.loads(line)["audio"] for line in PLAN.read_bytes().splitlines()] == ["a1", "b2"]
