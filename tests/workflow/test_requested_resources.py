"""Resources that jobs request: they re-run nothing, and stop no run on a single machine."""

import re

from workflow_runs import BATCHES


def test_other_resources_rerun_nothing(finished):
    options = ["--set-resources", "embed_segments:mem_mb=9000"]
    options += ["--default-resources", "mem_mb=5000", "runtime=7", "--resources", "mem_mb=300"]
    assert finished.planned(*options) == {}


def test_a_job_runs_on_a_machine_with_less_memory_than_it_requests(fresh):
    done = fresh("audio", "--resources", "mem_mb=300", overlay=BATCHES)
    assert "mem_mb=300" in done.text
    assert (fresh.folder / "results/tiny/audio/b.wav").exists()


def test_a_batch_requests_memory_and_time(fresh):
    text = fresh("--dry-run", "rttm", overlay=BATCHES).text
    requested = re.search(r"rule embed_segments-tiny.*?resources: (.*?)$", text, re.S | re.M)[1]
    assert "runtime=10" in requested and re.search(r"mem_mb=130\d,", requested)
