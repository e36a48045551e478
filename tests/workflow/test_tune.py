"""`snakemake tune`: a search runs only the trials that are new, and writes a configuration that runs."""

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from workflow_runs import BATCHES

SEARCH = {"clustering.bandwidth": [0.6, 0.5], "turns.max_gap": [0.0, 0.3]}
MORE = SEARCH | {"clustering.bandwidth": [0.6, 0.5, 0.7]}


def overlay(search):
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "split": "dev", "systems": ["classic"]}
    tuning = {"classic": {"system": "classic", "search": search}}
    return BATCHES | {"corpora": [corpus], "tuning": tuning}


def test_a_search_runs_new_trials_only_and_its_best_trial_is_a_configuration(finished):
    """The system classic has run with the bandwidth 0.6."""
    done = finished("tune", overlay=overlay(SEARCH))
    assert done.jobs == {
        "cluster_segments": 1, "build_turns": 4, "write_rttm": 4, "score_recording": 4,
        "tune_system": 1, "tune": 1,
    }  # fmt: skip
    folder = finished.folder / "results/report/tuning"
    with open(folder / "classic.csv") as file:
        rates = [float(row["der"]) for row in csv.DictReader(file)]
    assert len(rates) == 4 and rates == sorted(rates)
    planned = finished.planned("tune", overlay=overlay(MORE))
    assert (planned["cluster_segments"], planned["build_turns"]) == (1, 2)

    tuned = yaml.safe_load((folder / "classic.yaml").read_text())
    assert "4 trials on 2 recordings of tiny" in tuned["systems"]["classic-tuned"]["tuned_on"]
    chosen = overlay(SEARCH) | tuned
    chosen["corpora"][0]["systems"] = ["classic-tuned"]
    planned = finished.planned("rttm", overlay=chosen)
    assert planned == {"build_turns": 1, "write_rttm": 1, "rttm": 1}  # the clusters exist


@pytest.mark.slow
def test_the_command_at_the_end_of_a_search_runs_the_best_settings(finished):
    changes = overlay({"turns.max_gap": [0.3]}) | {"default_systems": ["classic"]}
    del changes["corpora"][0]["systems"]
    done = finished("tune", overlay=changes)
    (command,) = re.findall(r"^to use it: snakemake (.*)$", done.text, re.MULTILINE)
    snakemake = Path(sys.executable).with_name("snakemake")
    used = subprocess.run(
        [snakemake, *shlex.split(command)], cwd=finished.folder, capture_output=True, text=True
    )
    assert used.returncode == 0, used.stderr
    ((protocol, after),) = re.findall(r"^search classic: .* (\w+) DER .* ([\d.]+) % after", done.text, re.MULTILINE)  # fmt: skip
    with open(finished.folder / "results/tiny/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["recording"] == "ALL"]
    (row,) = [row for row in rows if row["protocol"] == protocol]
    assert (row["system"], float(row["der"])) == ("classic-tuned", float(after))
