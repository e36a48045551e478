"""Progress of whole runs: a live table in a terminal, a few lines in a pipe, and the state of the folder."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from workflow_runs import quick_snakemake

from diarflow.progress.state_file import read_state

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# a job that fails before its script begins
BROKEN = "import sys\nif 'import_rttm' in ' '.join(sys.orig_argv):\n    sys.exit('broken')\n"


@pytest.fixture
def corpus(tmp_path):
    """Three recordings with references and the RTTM of other software, in batches of two; one RTTM is malformed."""
    folder = tmp_path / "corpus"
    (folder / "rttm").mkdir(parents=True)
    line = "SPEAKER {} 1 0.0 4.0 <NA> <NA> s <NA> <NA>\n"
    for name in "abc":
        (folder / f"{name}.rttm").write_text(line.format(name))
        (folder / "rttm" / f"{name}.rttm").write_text(line.format(name))
    (folder / "rttm" / "c.rttm").write_text("SPEAKER c 1 zero 4.0 <NA> <NA> s <NA> <NA>\n")
    (folder / "c.tsv").write_text(
        "recording\treference\n" + "".join(f"{name}\t{name}.rttm\n" for name in "abc")
    )
    settings = {
        "batch_size": 2,
        "systems": {"other": {"rttm": "rttm"}},
        "corpora": [{"name": "c", "recordings": "c.tsv", "systems": ["other"]}],
    }
    (folder / "my.yaml").write_text(yaml.safe_dump(settings))
    return folder


PYTHON = [sys.executable, "-P", "-m", "snakemake"]


def command(folder, *arguments, start=PYTHON):
    return [*start, "--snakefile", str(ROOT / "Snakefile"), "--cores", "1", "--directory", str(folder),
            *arguments, "--configfile", str(folder / "my.yaml")]  # fmt: skip


def environment(**variables):
    shown = {k: v for k, v in os.environ.items() if k != "SNAKEMAKE_LOGGER_DIARFLOW_DISPLAY"}
    return shown | {"TERM": "xterm-256color"} | variables


def run(folder, *arguments, **variables):
    """Run Snakemake with its output in a pipe; return its exit status and output."""
    done = subprocess.run(
        command(folder, *arguments, start=quick_snakemake()), env=environment(**variables), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def own_terminal():
    """Take the terminal, and heed Ctrl-C even if the shell started the tests in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run_in_terminal(folder, *arguments, columns=80, interrupt_at=b""):
    """Run Snakemake in a pseudo terminal; return its exit status and output.

    Ctrl-C is typed once, as soon as the output contains `interrupt_at`.
    """
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        command(folder, *arguments), env=environment(), stdin=terminal, stdout=terminal,
        stderr=terminal, start_new_session=True,
        preexec_fn=own_terminal,
    )  # fmt: skip
    os.close(terminal)
    output = b""
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # the process has ended
            break
        if not part:
            break
        output += part
        if interrupt_at and interrupt_at in output:
            os.write(controller, b"\x03")
            interrupt_at = b""
    os.close(controller)
    return process.wait(), output.decode()


def test_a_terminal_shows_a_live_table_and_then_the_summary(corpus):
    status, output = run_in_terminal(corpus)
    assert status == 3, output
    assert output.count("\x1b[?25l") == output.count("\x1b[?25h") == 1  # the cursor is shown again
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", ANSI.sub("", output))]
    last_table = max(n for n, line in enumerate(lines) if line.startswith("stage")) + 1
    rows = {line.split()[0]: line.split()[1:4] for line in lines[last_table : last_table + 5]}
    assert rows["import_rttm"] == rows["prepare_reference"] == ["3", "of", "3"]
    text = "\n".join(lines[last_table:])
    assert re.search(r"^import_rttm +3 of 3 +1 ", text, flags=re.M)  # one is set aside
    assert re.search(r"^3 recordings, 100 % done, 1 set aside, \d+ s$", text, flags=re.M)
    assert re.search(r"^2 of 3 recordings, 1 set aside, \d+ s$", text, flags=re.M)
    assert "report: file:///" in text and "log: /" in text
    assert "rule import_rttm" not in output


def test_ctrl_c_ends_the_table_and_the_state_says_stopped(corpus):
    status, output = run_in_terminal(corpus, interrupt_at=b"set aside")
    assert status == 1 and output.count("\x1b[?25h") == 1, output
    assert "stopping the jobs; start the run again to continue it" in output
    assert "job failed" not in output
    state = read_state(corpus)
    assert state.progress.outcome == "stopped" and not state.is_alive


def test_a_pipe_shows_a_few_lines_and_the_log_has_all(corpus):
    status, output = run(corpus)
    assert status == 3 and "\x1b" not in output
    assert len(output.splitlines()) <= 20
    assert "3 recordings, 0 % done" in output and "3 recordings, 100 % done, 1 set aside" in output
    log = Path(re.search(r"^log: (.*)$", output, flags=re.M)[1]).read_text()
    assert "rule import_rttm-c.other-1-of-2:" in log
    state = read_state(corpus)
    assert state.progress.outcome == "complete" and not state.is_alive
    assert state.progress.stages["import_rttm"].done == 3
    done = subprocess.run(
        [sys.executable, "-m", "diarflow.cli.main", "state", "-d", str(corpus)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert re.search(r"^import_rttm +3 of 3 +1", done.stdout, flags=re.M)
    assert "the run ended on " in done.stdout


def test_a_failed_job_is_visible_with_its_log(corpus, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    status, output = run(corpus, "--retries", "0", PYTHONPATH=str(tmp_path))
    assert status == 1
    assert re.search(
        r"^job failed: import_rttm-c.other-\d-of-2, log: logs/c/import_rttm/other/batch-\d-of-2.log$",
        output, flags=re.M,
    )  # fmt: skip
    assert len(output.splitlines()) <= 25
    assert read_state(corpus).progress.outcome == "failed"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--dry-run"], "This was a dry-run"),
        (["--lint"], "Congratulations"),
        (["--list"], "report_all"),
        pytest.param(["--summary"], "output_file", marks=pytest.mark.slow),
        pytest.param(["--quiet", "all", "--dry-run"], "Job stats", marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_commands_that_run_no_jobs_work_and_write_no_state(corpus, arguments, shown):
    status, output = run(corpus, *arguments)
    assert status == 0 and shown in output
    assert read_state(corpus) is None


@pytest.mark.slow
def test_the_log_of_snakemake_can_be_shown_instead(corpus):
    _, output = run(corpus, "--logger-diarflow-display", "full", "rttm")
    assert "rule import_rttm-c.other-1-of-2:" in output and "% done," not in output


def test_a_mistake_in_the_configuration_is_shown(corpus):
    (corpus / "my.yaml").write_text("corpora: [{name: c, recording: c.tsv}]\n")
    status, output = run(corpus)
    assert status == 1 and "my.yaml:1: corpora[0].recording is not a setting" in output
