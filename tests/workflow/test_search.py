"""`snakemake tune`: the search runs what it needs, once, on the corpora that are there for it."""

import csv

import yaml

SEARCH = {"clustering.bandwidth": [0.5, 0.6], "turns.max_gap": [0.0, 0.3]}


def overlay(split="dev", search=SEARCH):
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "split": split, "systems": ["classic"]}
    return {"corpora": [corpus], "tuning": {"classic": {"system": "classic", "search": search}}}


def test_a_search_leaves_a_configuration_that_runs_and_a_value_more_runs_alone(fresh):
    planned = fresh.planned("tune", overlay=overlay())
    assert (planned["cluster_segments"], planned["build_turns"], planned["tune_system"]) == (
        4,
        8,
        1,
    )
    assert planned["embed_segments"] == 2
    fresh("tune", overlay=overlay())
    folder = fresh.folder / "results/report/tuning"
    with open(folder / "classic.csv") as file:
        rates = [float(row["der"]) for row in csv.DictReader(file)]
    assert len(rates) == 4 and rates == sorted(rates)
    more = SEARCH | {"clustering.bandwidth": [0.5, 0.6, 0.7]}
    planned = fresh.planned("tune", overlay=overlay(search=more))
    assert (planned["cluster_segments"], planned["build_turns"]) == (2, 4)

    tuned = yaml.safe_load((folder / "classic.yaml").read_text())
    assert "4 trials on 2 recordings of tiny" in tuned["systems"]["classic-tuned"]["tuned_on"]
    chosen = overlay() | tuned
    chosen["corpora"][0]["systems"] = ["classic-tuned"]
    fresh(overlay=chosen)
    page = (fresh.folder / "results/report/index.html").read_text()
    assert "4 trials on 2 recordings of tiny" in page


def test_nothing_is_tuned_on_what_is_not_marked_for_it(fresh):
    done = fresh("tune", overlay=overlay(split="test"), check=False)
    assert done.status == 1
    assert "tuning.classic: no corpus with references is marked split: dev" in done.text
    named = overlay(split="test")
    named["tuning"]["classic"]["corpora"] = ["tiny"]
    done = fresh("tune", overlay=named, check=False)
    assert "tuning.classic.corpora holds tiny, whose split is test; expected dev" in done.text


def test_dev_and_test_are_never_one_number(fresh):
    corpora = [
        {"name": name, "recordings": f"{name}.tsv", "split": split, "systems": ["classic"]}
        for name, split in (("tiny", "dev"), ("more", "dev"), ("held", "test"))
    ]
    for name in ("more", "held"):
        (fresh.folder / f"{name}.tsv").write_text((fresh.folder / "tiny.tsv").read_text())
    fresh(overlay={"corpora": corpora})
    with open(fresh.folder / "results/report/der.csv") as file:
        assert {row["corpus"] for row in csv.DictReader(file)} == {
            "tiny",
            "more",
            "held",
            "ALL dev",
        }
