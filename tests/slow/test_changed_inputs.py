"""If a change adds inputs to a job or takes some away, the job runs again, also if the other inputs are older than its results."""

import json
import os
import subprocess
import sys
from copy import deepcopy

import pytest
import yaml
from workflow_runs import ROOT, write_tiny_corpus

pytestmark = pytest.mark.slow

STAGES = {
    "speech": "webrtc", "changes": "divergence", "overlap": "none", "embedding": "dvector",
    "clustering": "kmeans", "turns": "join",
}  # fmt: skip
SYSTEMS = {
    "own": STAGES,
    "one": {"rttm": "one.rttm"},
    "two": {"rttm": "two.rttm"},
    "fused": {"fuse": ["one", "two", "own"]},
    "chosen": {"choose": ["one", "two", "own"]},
}
CONFIG = {
    "corpora": [
        {
            "name": "tiny",
            "recordings": "tiny.tsv",
            "systems": list(SYSTEMS),
            "exports": ["json", "srt", "ctm", "cuts", "kaldi", "lhotse"],
            "link": True,
        }
    ],
    "systems": SYSTEMS,
    "embedding": {"wide": {"backend": "dvector", "hop": 0.5}},
    "links": {"default": {"model": None, "shared_names": True}},
    "confidence": {"estimate": True},
}
WITHOUT_CUTS = ["json", "srt", "kaldi", "lhotse"]
CHANGES = {
    "link": {"corpora.0.link": False},
    "linked systems": {"links.default.systems": []},
    "shared names": {"links.default.shared_names": False},
    "known people": {"speakers.known": "people"},
    "confidence": {"confidence.estimate": False},
    "trained calibrator": {
        "confidence_training": {"mine": {}},
        "confidence.model": "models/mine/confidence.json",
        "corpora.0.split": "dev",
    },
    "fewer systems": {"corpora.0.systems": ["own", "one"]},
    "order of systems": {"corpora.0.systems": list(SYSTEMS)[::-1]},
    "fewer members": {"systems.fused": {"fuse": ["two", "own"]}},
    "order of members": {"systems.fused": {"fuse": ["own", "two", "one"]}},
    "fewer to choose from": {"systems.chosen": {"choose": ["two", "own"]}},
    "imported, then own": {"systems.one": STAGES},
    "own, then imported": {"systems.own": {"rttm": "two.rttm"}},
    "imported, then a command": {"systems.one": {"command": "true {audio} {rttm}"}},
    "fused, then chosen": {"systems.fused": {"choose": ["one", "two", "own"]}},
    "embedding": {"systems.own": STAGES | {"embedding": "wide"}},
    "speech": {"systems.own": STAGES | {"speech": "silero"}},
    "overlap": {"systems.own": STAGES | {"overlap": "segmentation"}},
    "changes": {"systems.own": STAGES | {"changes": "none"}},
    "no audio": {"corpora.0.systems": ["one", "two"], "corpora.0.exports": WITHOUT_CUTS},
    "channels": {"corpora.0.channel": "each"},
    "name of the corpus": {"corpora.0.name": "other"},
    "second corpus": {"corpora": [CONFIG["corpora"][0], CONFIG["corpora"][0] | {"name": "again"}]},
}
ROWS = {
    "a removed recording": lambda rows: rows.pop("b"),
    "a recording without reference": lambda rows: rows["a"].update(reference=""),
    "recordings without reference": lambda rows: [row.pop("reference") for row in rows.values()],
    "a recording without UEM": lambda rows: rows["a"].update(uem=""),
    "a recording without transcript": lambda rows: rows["a"].update(transcript=""),
    "recordings without transcript": lambda rows: [row.pop("transcript") for row in rows.values()],
    "another number of speakers": lambda rows: rows["a"].update(num_speakers=""),
    "a call": lambda rows: rows["a"].update(channel="each"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed-inputs") / "tiny"
    write_tiny_corpus(folder)
    for name in ("one", "two"):
        (folder / f"{name}.rttm").write_text(
            "".join((folder / f"audio/{id}.rttm").read_text() for id in "ab")
        )
    for id in "ab":
        (folder / f"{id}.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    (folder / "people/Ann").mkdir(parents=True)
    (folder / "people/Ann/a.wav").write_bytes((folder / "audio/a.wav").read_bytes())
    return folder


def plan(folder, config, rows, target="all"):
    """Return the jobs of a configuration by their outputs."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows.values())]
    (folder / "tiny.tsv").write_text("".join("\t".join(line) + "\n" for line in lines))
    (folder / "my.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    command = [sys.executable, "-P", ROOT / "tests/planned_jobs.py", folder / "jobs.json"]
    command += ["--snakefile", ROOT / "Snakefile", "--cores", "1", "--directory", folder]
    command += ["--dry-run", "--forceall", target, "--configfile", folder / "my.yaml"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run(
        list(map(str, command)), env=environment, text=True, capture_output=True
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = json.loads((folder / "jobs.json").read_text())
    return {output: job for job in jobs for output in job["outputs"]}


def table():
    return {
        id: {
            "recording": id, "audio": f"audio/{id}.wav", "reference": f"audio/{id}.rttm",
            "uem": "audio/all.uem", "transcript": f"{id}.srt", "num_speakers": "2",
        }
        for id in "ab"
    }  # fmt: skip


@pytest.fixture(scope="module")
def before(folder):
    return plan(folder, CONFIG, table())


@pytest.mark.parametrize("change", [*CHANGES, *ROWS])
def test_a_job_with_other_inputs_runs_again(folder, before, change):
    config, rows = deepcopy(CONFIG), table()
    for key, value in CHANGES.get(change, {}).items():
        *parents, last = key.split(".")
        values = config
        for name in parents:
            values = values[int(name)] if isinstance(values, list) else values.setdefault(name, {})
        values[last] = value
    ROWS.get(change, lambda rows: None)(rows)
    assert_other_inputs_run_again(before, plan(folder, config, rows))


@pytest.mark.parametrize("change", ["a removed recording", "a recording without reference"])
@pytest.mark.parametrize("target", ["tune", "train", "train_confidence"])
def test_a_search_or_training_with_other_recordings_runs_again(folder, target, change):
    search = {"system": "own", "search": {"clustering": ["kmeans", "meanshift"]}}
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["own", "one"], "split": "dev"}
    config = {
        "corpora": [corpus], "systems": SYSTEMS, "tuning": {"mine": search},
        "training": {"bilstm": {"validation": []}}, "confidence_training": {"other": {}},
    }  # fmt: skip
    rows = table()
    before = plan(folder, config, table(), target)
    ROWS[change](rows)
    assert_other_inputs_run_again(before, plan(folder, config, rows, target))


def assert_other_inputs_run_again(before, after):
    """Assert that a job whose inputs differ between two plans has another trigger, or an input that is made again."""
    again: dict[str, bool] = {}

    def runs_again(output):
        """Return whether the job of an output has another trigger, or an input whose job runs again."""
        if output not in again:
            again[output] = False
            jobs = before[output], after[output]
            common = set(jobs[0]["inputs"]) & set(jobs[1]["inputs"]) & before.keys() & after.keys()
            is_other = jobs[0]["trigger"] != jobs[1]["trigger"]
            again[output] = is_other or any(map(runs_again, sorted(common)))
        return again[output]

    common = before.keys() & after.keys()
    changed = [path for path in common if before[path]["inputs"] != after[path]["inputs"]]
    assert [path for path in sorted(changed) if not runs_again(path)] == []
    assert before != after
