"""The comparison with other systems: what it is made on, and how its costs are counted."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_the_simulated_corpora_hold_nobody_whom_a_shipped_model_was_trained_on():
    """Folders of LibriSpeech that end alike are the same person, whatever part of it they are from."""
    lines = (ROOT / "resources" / "models" / "bilstm-speakers.tsv").read_text().splitlines()[1:]
    parts = dict(line.split("\t") for line in lines)
    corpora = yaml.safe_load((ROOT / "bench" / "peers" / "corpora.yaml").read_text())["corpora"]
    for corpus in (one["simulate"] for one in corpora if "simulate" in one):
        used = {name for name, part in parts.items() if part == corpus["part"]}
        used -= set(corpus["leave_out"])
        heard = {name.split("/")[1] for name, part in parts.items() if part == "train"}
        people = [name.split("/")[1] for name in used]
        assert corpus["part"] == "test" and not heard & set(people)
        assert len(people) == len(set(people)) == 79
