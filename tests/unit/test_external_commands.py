"""Command lines, processes and result files of external systems."""

import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from diarflow.errors import InputError
from diarflow.external.command_line import fill, is_of_job, parse_command, resolve_files
from diarflow.external.program import link_audio, own_folder, run_program
from diarflow.external.results import find_result
from diarflow.settings.systems import System


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "is empty"),
        ("tool {audio} 'x", "No closing quotation"),
        ("tool {audio}", "neither {rttm}, {output} nor {folder}"),
        ("tool {rttm}", "neither {audio} nor {list}"),
        ("tool {audio} {rttm} {speaker}", "contains {speaker}, expected one of {audio}"),
        ("tool {list} {rttm}", "belongs to a single recording"),
    ],
)
def test_a_malformed_command_is_refused(command, message):
    with pytest.raises(ValidationError) as error:
        System(command=command)
    assert message in str(error.value)


def test_a_system_has_one_kind():
    with pytest.raises(ValidationError, match="has rttm and command"):
        System(command="tool {audio} {rttm}", rttm="x")
    with pytest.raises(ValidationError, match="has version, which belongs to command"):
        System(pipeline="folder", version="1")
    assert System(pipeline="folder").kind == "pipeline"


@given(st.text(alphabet="a '\"$;`{}\\|&\n", min_size=1))
def test_a_value_is_one_word_whatever_it_contains(value):
    words = fill(parse_command("tool --in={audio} {rttm}"), {"audio": value, "rttm": value})
    assert words == ["tool", f"--in={value}", value]


def test_unknown_values_leave_out_their_option():
    words = parse_command("tool {audio} {rttm} --speakers {num_speakers} --max={max_speakers} -v")
    values = {"audio": "a", "rttm": "r", "num_speakers": None, "max_speakers": None}
    assert fill(words, values) == ["tool", "a", "r", "-v"]
    assert fill(words, values | {"num_speakers": 3}) == ["tool", "a", "r", "--speakers", "3", "-v"]


def test_only_a_list_makes_a_command_one_of_the_whole_job():
    assert is_of_job(parse_command("tool {list} {folder}"))
    assert not is_of_job(parse_command("tool {audio} {folder}"))


def test_files_of_the_current_folder_get_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "venv/bin/tool"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "model.bin").touch()
    expected = [str(program), str(tmp_path / "model.bin"), "{audio}", "other"]
    assert resolve_files(["tool", "model.bin", "{audio}", "other"], "venv") == expected
    with pytest.raises(InputError, match="program tool does not exist"):
        resolve_files(["tool"])


def run(code, folder, **options):
    return run_program([sys.executable, "-c", code], folder, **{"time_limit": None} | options)


def test_the_last_line_of_a_failed_program_is_the_reason(tmp_path):
    with pytest.raises(InputError, match=r"ended with status 3: no model$"):
        run("print('begin'); print('no model'); raise SystemExit(3)", tmp_path)
    with pytest.raises(InputError, match="was ended by SIGKILL: no output"):
        run("import os; os.kill(os.getpid(), 9)", tmp_path)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path):
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('pid', 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(InputError, match="exceeded the time limit"):
        run(code, tmp_path, time_limit=2)
    child = int((tmp_path / "pid").read_text())
    for _ in range(50):
        if not _is_running(child):
            return
        time.sleep(0.1)
    pytest.fail("the child is still running")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_usage_counts_the_program(tmp_path):
    usage = run("x = bytearray(50_000_000); sum(range(3_000_000))", tmp_path)
    assert usage.cpu_seconds > 0.02 and usage.memory > 50 and usage.seconds > 0


def test_a_file_outside_the_folder_is_an_error():
    with (
        pytest.raises(InputError, match=r"wrote outside its folder: evil\.rttm"),
        own_folder() as folder,
    ):
        run("open('../evil.rttm', 'w').write('x')", folder)
    assert not folder.exists()


def test_the_result_is_the_file_with_the_name_of_the_recording(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a b.json").touch()
    (tmp_path / "log.txt").touch()
    assert find_result(tmp_path, "a b") == tmp_path / "sub/a b.json"
    with pytest.raises(InputError, match=r"no result of c; it wrote log\.txt, sub/a b\.json"):
        find_result(tmp_path, "c")
    (tmp_path / "a b.rttm").touch()
    with pytest.raises(InputError, match=r"several results of a b"):
        find_result(tmp_path, "a b")


def test_the_name_of_the_audio_is_one_field_of_rttm(tmp_path):
    audio = tmp_path / "a b.wav"
    audio.write_bytes(b"RIFF")
    (tmp_path / "work").mkdir()
    link = link_audio(audio, tmp_path / "work")
    assert link.name == "a_b.wav" and link.read_bytes() == b"RIFF"


def test_audio_of_another_recording_with_the_same_name_in_rttm_is_not_overwritten(tmp_path):
    for name in ("a b", "a_b"):
        (tmp_path / f"{name}.wav").write_text(name)
    (tmp_path / "work").mkdir()
    link_audio(tmp_path / "a b.wav", tmp_path / "work")
    with pytest.raises(InputError, match="several recordings of the job have the name a_b"):
        link_audio(tmp_path / "a_b.wav", tmp_path / "work")
    assert (tmp_path / "a b.wav").read_text() == "a b"
