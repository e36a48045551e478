"""The command `diarflow`: its configuration, its Snakemake command, and the listing of recordings."""

import json
import os
import sys
from types import SimpleNamespace

import pytest
import soundfile
import yaml

from diarflow.cli import main as command_line
from diarflow.cli import run as run_module
from diarflow.cli import tune as tune_module
from diarflow.cli.configuration import own_files
from diarflow.cli.main import main
from diarflow.cli.workflow import locate_workflow
from diarflow.settings.files import check_command_line

RTTM = "".join(f"SPEAKER a 1 {t}.0 1.0 <NA> <NA> s{t % 2} <NA> <NA>\n" for t in range(3))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a space and an umlaut that contains recordings; the current folder."""
    root = tmp_path / "Gespräche 1"
    (root / "calls").mkdir(parents=True)
    for name in ("a.wav", "Frau Müller.wav"):
        soundfile.write(root / "calls" / name, [0.0] * 16_000, 16_000)
    (root / "calls" / "a.rttm").write_text(RTTM)
    (root / "calls" / "notes.txt").write_text("x")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def started(monkeypatch):
    """List of the commands that would have replaced this process."""
    commands: list[list[str]] = []
    monkeypatch.setattr(run_module, "start", commands.append)
    monkeypatch.setattr(tune_module, "start", commands.append)
    return commands


def config(folder, name="diarflow-calls.yaml"):
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def test_a_run_of_a_folder_writes_a_configuration_and_starts_snakemake_with_it(folder, started):
    assert main(["run", "calls", "--speakers", "2", "--export", "srt", "--export", "vtt,csv",
                 "--reference", "calls", "--system", "fast", "--channel", "each",
                 "--cores", "3", "--", "--dry-run"]) == 0  # fmt: skip
    assert config(folder)["corpora"] == [
        {"name": "calls", "audio": "calls", "num_speakers": 2, "channel": "each",
         "reference": "calls", "systems": ["fast"], "exports": ["srt", "vtt", "csv"]}
    ]  # fmt: skip
    (command,) = started
    assert command[0].endswith("snakemake")
    assert command[1:] == [
        "--snakefile", str(locate_workflow()), "--cores", "3", "--directory", str(folder),
        "--dry-run", "--configfile", str(folder / "diarflow-calls.yaml"),
    ]  # fmt: skip


def test_the_configuration_is_printed(folder, started, capsys):
    main(["run", "calls", "--export", "srt"])
    text = capsys.readouterr().out
    assert f"configuration: {folder / 'diarflow-calls.yaml'} (new)" in text
    assert "    exports:\n    - srt\n" in text


def test_a_second_run_reuses_the_configuration(folder, started):
    main(["run", "calls", "--speakers", "2"])
    before = (folder / "diarflow-calls.yaml").read_bytes()
    main(["run", str(folder / "calls")])
    assert (folder / "diarflow-calls.yaml").read_bytes() == before
    assert started[0] == started[1] and len(own_files(folder)) == 1


def test_an_option_of_a_second_run_is_added(folder, started):
    main(["run", "calls", "--speakers", "2"])
    main(["run", "calls", "--export", "srt"])
    corpus = config(folder)["corpora"][0]
    assert (corpus["num_speakers"], corpus["exports"]) == (2, ["srt"])


def test_an_edited_configuration_is_used_and_never_overwritten(folder, started, capsys):
    main(["run", "calls"])
    path = folder / "diarflow-calls.yaml"
    edited = path.read_text() + "batch_size: 7\n"
    path.write_text(edited)
    assert main(["run", "calls"]) == 0 and len(started) == 2
    assert main(["run", "calls", "--speakers", "2"]) == 1 and len(started) == 2
    assert path.read_text() == edited
    assert "diarflow-calls.yaml: was edited" in capsys.readouterr().err


def test_a_file_of_the_user_is_never_overwritten(folder, started):
    (folder / "diarflow-calls.yaml").write_text("mine: 1\n")
    main(["run", "calls"])
    assert (folder / "diarflow-calls.yaml").read_text() == "mine: 1\n"
    assert config(folder, "diarflow-calls-2.yaml")["corpora"][0]["name"] == "calls"


def test_folders_of_the_same_name_become_corpora_of_different_names(folder, started):
    (folder / "b" / "calls").mkdir(parents=True)
    main(["run", "calls"])
    main(["run", "b/calls"])
    assert config(folder, "diarflow-calls-2.yaml")["corpora"][0]["name"] == "calls-2"


def test_several_files_become_a_table_without_files_that_are_not_audio(folder, started, capsys):
    main(["run", *(f"calls/{name}" for name in sorted(os.listdir("calls")))])
    assert (folder / "diarflow-calls.tsv").read_text(encoding="utf-8") == (
        f"recording\taudio\nFrau Müller\t{folder}/calls/Frau Müller.wav\na\t{folder}/calls/a.wav\n"
    )
    assert "left out, not audio: 2 (calls/a.rttm, calls/notes.txt)" in capsys.readouterr().err


def test_one_file_and_a_glob_and_a_table_are_corpora(folder, started):
    (folder / "t [1].tsv").write_text("recording\taudio\na\tcalls/a.wav\n")
    main(["run", "calls/Frau Müller.wav"])
    assert config(folder, "diarflow-Frau-Muller.yaml")["corpora"] == [
        {"name": "Frau-Muller", "audio": "calls/Frau Müller.wav"}
    ]
    main(["run", "calls/*.wav", "t [1].tsv"])
    assert config(folder)["corpora"] == [
        {"name": "calls", "audio": "calls/*.wav"},
        {"name": "t-1", "recordings": "t [1].tsv"},
    ]


def test_results_may_go_to_another_folder(folder, started):
    main(["run", "calls", "--output", "out/1"])
    assert config(folder / "out" / "1")["corpora"][0]["audio"] == str(folder / "calls")
    assert started[0][started[0].index("--directory") + 1] == str(folder / "out" / "1")


def test_a_configuration_is_passed_on(folder, started, capsys):
    (folder / "my.yaml").write_text("corpora: [{name: c, audio: calls}]\n")
    assert main(["run", "my.yaml"]) == 0
    assert started[0][-2:] == ["--configfile", str(folder / "my.yaml")]
    assert main(["run", "my.yaml", "--speakers", "2"]) == 1
    assert (
        capsys.readouterr().err
        == "--speakers cannot be combined with my.yaml: set it in this file\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nowhere"], "nowhere: does not exist in "),
        (["run", "calls", "--reference", "nowhere"], "nowhere: does not exist in "),
        (["run", "calls", "my.yaml"], "calls: expected either configurations"),
        (["tune", "calls", "--system", "classic-kmeans"], "--search: clustering kmeans of"),
        (["tune", "calls", "--search", "x"], "--search is x, expected SETTING=VALUE,VALUE"),
        (["retry", "-d", "calls"], ""),
    ],
)
def test_a_mistake_is_one_line_and_starts_nothing(folder, started, capsys, arguments, message):
    status = main(arguments)
    assert capsys.readouterr().err.startswith(message)
    assert status == (1 if message else 0) and not started
    assert not list(folder.glob("diarflow-*"))


# --- check --------------------------------------------------------------------------------------


def test_check_lists_what_would_be_read_and_writes_nothing(folder, capsys):
    before = sorted(folder.rglob("*"))
    assert main(["check", "calls", "--reference", "calls", "--min-speakers", "2"]) == 0
    header, first, second, last = capsys.readouterr().out.splitlines()
    assert header.split() == [
        "recording",
        "audio",
        "length",
        "channel",
        "reference",
        "turns",
        "speakers",
    ]
    assert first.split("  ")[0] == "Frau Müller" and "0:01" in first
    # three turns of two speakers
    assert second.split() == ["a", "calls/a.wav", "0:01", "mix", "calls/a.rttm", "(RTTM)", "3", "2", "to", "any", "given"]  # fmt: skip
    assert last == "2 recordings, 0 problems"
    assert sorted(folder.rglob("*")) == before


def test_check_counts_what_is_left_out(folder, capsys):
    main(["check", "calls"])
    assert "taken: .wav (2); left out: .txt (1)" in capsys.readouterr().err


def test_check_of_a_folder_with_a_file_that_is_not_audio_has_status_1(folder, capsys):
    (folder / "calls" / "b.mp3").write_text("no audio")
    assert main(["check", "calls"]) == 1
    out, err = capsys.readouterr()
    assert "3 recordings, 1 problem" in out and "calls/b.mp3: cannot be opened: " in err


def test_check_of_a_table_names_its_mistakes(folder, capsys):
    (folder / "t.tsv").write_text("recording\taudio\tnum_speakers\na\tcalls/a.wav\ttwo\n")
    assert main(["check", "t.tsv"]) == 1
    assert capsys.readouterr().err == "t.tsv:2: num_speakers is two, expected an integer >= 1\n"


def test_check_of_a_misspelt_setting_names_file_and_line(folder, capsys):
    (folder / "my.yaml").write_text("corpora:\n  - {name: c, audoi: calls}\n")
    assert main(["check", "my.yaml"]) == 1
    assert "my.yaml:2: corpora[0].audoi is not a setting" in capsys.readouterr().err


def test_check_lists_the_words_of_transcripts(folder, capsys):
    words = [{"word": word, "start": start, "end": start + 0.5} for start, word in enumerate("abc")]
    (folder / "a.json").write_text(json.dumps({"segments": [{"words": words}]}))
    (folder / "b.json").write_text("no transcript")
    rows = "recording\taudio\ttranscript\na\tcalls/a.wav\ta.json\nb\tcalls/a.wav\tb.json\nc\tcalls/a.wav\t\n"
    (folder / "t.tsv").write_text(rows)
    assert main(["check", "t.tsv"]) == 1
    out, err = capsys.readouterr()
    header, first, second, third, last = out.splitlines()
    assert header.split()[-2:] == ["transcript", "words"]
    assert first.split()[-2:] == ["a.json", "3"] and second.split()[-2:] == ["b.json", "?"]
    assert third.split()[-1] == "mix"
    assert last == "3 recordings, 1 problem" and "b.json: is not a transcript" in err


def test_check_counts_a_call_as_one_recording(folder, capsys):
    (folder / "calls" / "a.json").write_text("{}")
    soundfile.write(folder / "calls" / "a.wav", [[0.0, 0.0]] * 16_000, 16_000)
    (folder / "t.tsv").write_text("recording\taudio\ttranscript\na\tcalls/a.wav\tcalls/a.json\n")
    assert main(["check", "t.tsv", "--channel", "each"]) == 1
    out, err = capsys.readouterr()
    _, *rows, last = out.splitlines()
    assert [row.split()[1] for row in rows] == ["(a_ch1)", "(a_ch2)"]
    assert last == "1 recording, 1 problem" and err.count("a.json") == 1


def test_check_of_several_files_lists_them(folder, capsys):
    assert main(["check", "calls/a.wav", "calls/Frau Müller.wav"]) == 0
    assert "2 recordings, 0 problems" in capsys.readouterr().out
    assert not list(folder.glob("*.tsv"))


# --- tune, retry, state -------------------------------------------------------------------------


def test_a_search_varies_the_threshold_of_the_system_on_the_corpus_of_the_run(folder, started):
    main(["run", "calls", "--speakers", "2"])
    assert main(["tune", "calls", "--reference", "calls"]) == 0
    assert config(folder, "diarflow-calls-tune.yaml") == {
        "corpora": [{"name": "calls", "audio": "calls", "num_speakers": 2, "reference": "calls",
                     "split": "dev"}],
        # 0.5 is the agreement of consensus in config.yaml
        "tuning": {"calls": {"system": "best",
                             "search": {"clustering.agreement": [0.5, 0.55, 0.6, 0.65, 0.7]}}},
    }  # fmt: skip
    assert started[1][1] == "tune"
    main(["tune", "calls", "--search", "turns.mix=0.6,0.8"])
    search = config(folder, "diarflow-calls-tune.yaml")["tuning"]["calls"]["search"]
    assert search == {"turns.mix": [0.6, 0.8]}


def test_retry_uses_the_configuration_of_the_last_run(folder, started, monkeypatch):
    main(["run", "calls"])
    main(["run", "calls/a.wav"])
    for name, day in (("diarflow-calls", 2), ("diarflow-a", 1)):
        os.utime(folder / f"{name}.yaml", (day, day))
    record = folder / "results/calls/failures/prepare_audio/a.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    done = []
    monkeypatch.setattr(
        run_module.subprocess, "run", lambda command, check: done.append(command) or SimpleNamespace(returncode=0)
    )  # fmt: skip
    assert main(["retry"]) == 0
    assert done[0][1] == "retry" and done[0][-1] == str(folder / "diarflow-calls.yaml")
    assert started[-1][-1] == str(folder / "diarflow-calls.yaml") and "retry" not in started[-1]


def test_the_state_of_a_folder_without_a_run_is_one_line(folder, capsys):
    assert main(["state"]) == 1
    assert (
        capsys.readouterr().err
        == f"{folder}: no run has begun here; expected the folder of a run\n"
    )


# --- platform -----------------------------------------------------------------------------------


def test_on_windows_each_command_and_each_profile_name_wsl(folder, started, monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    assert main(["run", "calls"]) == 1 and not started
    assert "Use WSL" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        check_command_line()
    assert "Use WSL" in capsys.readouterr().err


def test_the_first_imports_need_no_module_that_windows_lacks():
    """Snakemake imports the logger and evaluates the profile before it reads the Snakefile."""
    import subprocess

    code = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'grp', 'termios'): sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(locate_workflow().parent / 'scripts')!r})\n"
        "import diarflow.progress.handler, diarflow.settings.files, diarflow.cli.main\n"
        "sys.platform = 'win32'\n"
        "sys.exit(diarflow.cli.main.main(['state']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("diarflow does not run on Windows")


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in ("run", "check", "state", "retry", "tune"))


def test_settings_to_start_from_are_run_without_a_path(folder, started, capsys):
    assert main(["run"]) == 1
    assert "`diarflow init` writes one" in capsys.readouterr().err
    assert main(["init"]) == 0 and main(["run"]) == 0
    assert started[0][-2:] == ["--configfile", str(folder / "config" / "config.yaml")]
    before = (folder / "config" / "config.yaml").read_bytes()
    assert main(["init"]) == 1
    assert "config/config.yaml: exists already, nothing was written" in capsys.readouterr().err
    assert (folder / "config" / "config.yaml").read_bytes() == before


def test_a_shipped_profile_is_found_by_its_name(folder, started, capsys):
    assert main(["run", "calls", "--profile", "slurm"]) == 0
    place = started[0].index("--workflow-profile") + 1
    assert started[0][place] == str(locate_workflow().parent / "profiles" / "slurm")
    assert "--cores" not in started[0]  # of the submitted jobs as many as the profile allows
    assert main(["run", "calls", "--profile", "large", "--cores", "3"]) == 0
    assert started.pop()[1:4] == ["--snakefile", str(locate_workflow()), "--cores"]
    assert main(["run", "calls", "--profile", "calls"]) == 0
    assert str(folder / "calls") in started[1] and "--cores" in started[1]
    assert main(["run", "calls", "--profile", "other"]) == 1
    assert "expected a folder, or one of default, large, slurm" in capsys.readouterr().err
