"""What jobs ask of a cluster runs nothing again, and hinders no run on one machine."""

import re

import pytest


@pytest.mark.parametrize(
    "asked",
    [
        ("--set-resources", "embed_segments:mem_mb=9000"),
        ("--default-resources", "mem_mb=5000", "runtime=7"),
        ("--resources", "mem_mb=300"),
    ],
)
def test_other_resources_run_nothing_again(finished, asked):
    assert finished.planned(*asked) == {}


def test_a_machine_with_less_memory_than_a_job_asks_for_runs_it_all_the_same(fresh):
    done = fresh("speech", "--resources", "mem_mb=300")
    assert "mem_mb=300" in done.text
    assert (fresh.folder / "results/tiny/speech/webrtc/b.parquet").exists()


def test_a_batch_asks_for_memory_and_time_and_the_next_attempt_for_more(fresh):
    text = fresh("--dry-run", overlay={"batch_size": 2}).text
    asked = re.search(r"rule embed_segments-tiny.*?resources: (.*?)$", text, re.S | re.M)[1]
    assert "runtime=10" in asked and re.search(r"mem_mb=110\d,", asked)
