"""External systems: other programs on the recordings of a corpus, with failures, batches and re-runs."""

import csv
import json

import numpy as np
import pytest
import soundfile
import yaml
from workflow_runs import Workflow, build_once, copied

from diarflow.formats.rttm import read_turns

# a program that fails on three recordings, hangs on one, writes nonsense for one, and outside its folder for one
PROGRAM = """
import pathlib, sys, time

audio, output = map(pathlib.Path, sys.argv[1:3])
speakers = sys.argv[4] if len(sys.argv) > 4 else "unknown"
if audio.stem == "fails":
    sys.exit("no speech model")
if audio.stem == "crashes":
    raise ValueError("broken")
if audio.stem == "silent":
    sys.exit()
if audio.stem == "hangs":
    time.sleep(1000)
if audio.stem == "nonsense":
    output.write_bytes(b"\\0 nonsense")
    sys.exit()
if audio.stem == "outside":
    pathlib.Path("../other.rttm").write_text("x")
output.write_text(f"SPEAKER waveform 1 0.5 2.0 <NA> <NA> {speakers} <NA> <NA>\\n")
"""
# a program for lists that ends with an error at the recording `fails`
LISTED = """
import json, pathlib, sys

listed, folder = map(pathlib.Path, sys.argv[1:3])
for audio in map(pathlib.Path, listed.read_text().splitlines()):
    if audio.stem == "fails":
        sys.exit("no speech model")
    turn = {"start": 0.5, "end": 2.5, "speaker": "Ann"}
    (folder / f"{audio.stem}.json").write_text(json.dumps([turn]))
"""
RECORDINGS = ("a b", "crashes", "fails", "hangs", "nonsense", "outside", "silent", "z")


def write_corpus(folder):
    folder.mkdir(parents=True)
    (folder / "program.py").write_text(PROGRAM)
    (folder / "listed.py").write_text(LISTED)
    (folder / "packages.txt").write_text("model 1\n")
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * 16_000)
    rows = ["recording\taudio\treference\tnum_speakers\n"]
    for name in RECORDINGS:
        soundfile.write(folder / f"{name}.wav", noise, 16_000)
        turn = f"SPEAKER {name.replace(' ', '_')} 1 0.5 2 <NA> <NA> Ann <NA> <NA>\n"
        (folder / f"{name}.rttm").write_text(turn)
        rows.append(f"{name}\t{name}.wav\t{name}.rttm\t{2 if name == 'z' else ''}\n")
    (folder / "table.tsv").write_text("".join(rows))
    systems = {
        "one": {
            "command": "python3 program.py {audio} {rttm} --speakers {num_speakers}",
            "version": "1", "environment": "packages.txt",
        },
        "list": {"command": "python3 listed.py {list} {folder}"},
    }  # fmt: skip
    corpus = {"name": "c", "recordings": "table.tsv", "systems": list(systems)}
    config = {"corpora": [corpus], "systems": systems, "batch_size": 10, "time_limit": 5}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def _external(tmp_path_factory):
    def build(folder):
        write_corpus(folder)
        done = Workflow(folder)("results/c/der.csv", check=False)
        (folder / "output.txt").write_text(f"{done.status}\n{done.text}")

    return build_once(tmp_path_factory, "external", build)


@pytest.fixture
def external(_external, tmp_path):
    return copied(_external, tmp_path)


def test_a_program_diarizes_and_its_failures_are_set_aside_with_their_reasons(_external):
    status, _, output = (_external / "output.txt").read_text().partition("\n")
    assert status == "3"
    rttm = _external / "results/c/rttm/one"
    assert [turn.speaker for turn in read_turns(rttm / "a b.rttm")] == ["unknown"]
    assert [turn.speaker for turn in read_turns(rttm / "z.rttm")] == ["2"]
    for name, rule, reason in (
        ("fails", "run_command (one)", "python3 ended with status 1: no speech model"),
        ("crashes", "run_command (one)", "python3 ended with status 1: ValueError: broken"),
        ("silent", "run_command (one)", "the program wrote no result; it wrote no file"),
        ("hangs", "run_command (one)", "python3 exceeded the time limit"),
        ("nonsense", "import_rttm (one)", "results/c/external/one/nonsense.txt"),
        ("outside", "run_command (one)", "the program wrote outside its folder: other.rttm"),
    ):
        assert f"set aside: c/{name} at {rule}: {reason}" in output
        assert read_turns(rttm / f"{name}.rttm") == []


def test_a_program_for_lists_loses_only_the_recording_on_which_it_fails(_external):
    _, _, output = (_external / "output.txt").read_text().partition("\n")
    lines = [line for line in output.splitlines() if "(list)" in line]
    assert (
        len(lines) == 1 and "c/fails at run_command (list): python3 ended with status 1" in lines[0]
    )
    for name in set(RECORDINGS) - {"fails"}:
        (turn,) = read_turns(_external / f"results/c/rttm/list/{name}.rttm")
        assert (turn.start, turn.end, turn.speaker) == (0.5, 2.5, "Ann")


def test_external_systems_are_scored_and_their_usage_is_kept(_external):
    with open(_external / "results/c/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "full"]
    scores = {(row["system"], row["recording"]): float(row["missed"]) for row in rows}
    assert scores["one", "a b"] == scores["one", "z"] == scores["list", "z"] == 0
    for name in set(RECORDINGS) - {"a b", "z"}:
        assert scores["one", name] == 2  # the whole reference
    usage = json.loads((_external / "results/c/external/one/z.json").read_text())
    assert usage["seconds"] > 0 and usage["memory"] > 1


def test_a_changed_version_environment_command_or_number_reruns_the_program(external):
    assert external.planned("results/c/der.csv") == {}
    rerun = {"run_command": 1, "import_rttm": 1, "score_recording": 1, "report_corpus": 1}
    for changes in (
        {"version": "2"},
        {"command": "python3 program.py {audio} {rttm}"},
    ):
        overlay = {"systems": {"one": changes}}
        assert external.planned("results/c/der.csv", overlay=overlay) == rerun
    (external.folder / "packages.txt").write_text("model 2\n")
    assert external.planned("results/c/der.csv") == rerun


def test_the_number_of_speakers_reruns_only_programs_of_its_row(external):
    table = external.folder / "table.tsv"
    table.write_text(table.read_text().replace("z.rttm\t2", "z.rttm\t3"))
    single = {"batch_size": 1}
    planned = external.planned_recordings("results/c/der.csv", overlay=single)
    assert {id for rule, id in planned if rule == "run_command"} == {"z"}
