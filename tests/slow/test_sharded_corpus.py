"""Shards that are run in folders of their own, one of them killed, and gathered into one report."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from workflow_runs import write_tiny_corpus

pytestmark = pytest.mark.slow
DIARFLOW = Path(sys.executable).with_name("diarflow")


def diarflow(*arguments, folder, status=0):
    command = [str(DIARFLOW), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    text = done.stdout + done.stderr
    assert done.returncode == status, text
    return text


def test_gathered_shards_give_the_report_of_the_whole_corpus(tmp_path):
    write_tiny_corpus(tmp_path / "tiny", "classic", changes="none")
    config = yaml.safe_load((tmp_path / "tiny" / "my.yaml").read_text()) | {"batch_size": 10}
    config["corpora"][0] |= {"recordings": str(tmp_path / "tiny" / "tiny.tsv"), "exports": ["csv"]}
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(config))
    cores = ("--cores", "1")
    for number in (1, 2):
        diarflow(
            "run", "my.yaml", "--shard", f"{number}/2", "-d", f"s{number}", *cores, folder=tmp_path
        )
        assert len(list((tmp_path / f"s{number}/results/tiny/scores/classic").iterdir())) == 1
        assert not (tmp_path / f"s{number}/results/report/index.html").exists()
    # the second folder is that of a run which was killed before its last job
    shutil.copytree(tmp_path / "s2", tmp_path / "killed")
    shutil.rmtree(tmp_path / "killed/results/tiny/scores")

    def gather(*arguments, status=0):
        return diarflow("gather", *arguments, "--configfile", "my.yaml", "-d", "all", *cores,
                        folder=tmp_path, status=status)  # fmt: skip

    assert "1 shard of 2 missing: 2; add their folders" in gather("s1", status=1)
    gather("s1", "--partial")
    assert "a" not in _recordings(tmp_path / "all")
    text = gather("s1", "killed", status=1)
    assert "jobs that would run: 1 score_recording; run the shards again" in text
    text = gather("s1", "s2")
    assert "rule score_recording" not in text
    diarflow("run", "my.yaml", "-d", "whole", *cores, folder=tmp_path)
    for name in ("tiny/der.csv", "report/der.csv", "report/headline.json",
                 "tiny/rttm/classic/a.rttm", "tiny/rttm/classic/b.rttm"):  # fmt: skip
        gathered, whole = (tmp_path / folder / "results" / name for folder in ("all", "whole"))
        assert gathered.read_bytes() == whole.read_bytes(), name
    tables = ("--tables", "--configfile", "my.yaml", "-d", "tables", *cores)
    text = diarflow("gather", "s1", "killed", *tables, folder=tmp_path, status=1)
    assert "scores/classic/a.parquet: is missing or damaged; run the shard again" in text
    text = diarflow("gather", "s1", "s2", *tables, folder=tmp_path)
    assert "tiny classic: 2 recordings, full DER" in text
    for name in ("tiny/der.csv", "report/der.csv", "report/comparisons.csv", "report/speaker_counts.csv"):  # fmt: skip
        lines = [
            sorted((tmp_path / folder / "results" / name).read_text().splitlines())
            for folder in ("tables", "all")
        ]
        assert lines[0] == lines[1], name
    shutil.rmtree(tmp_path / "all")
    gather("killed", "--complete")
    assert _recordings(tmp_path / "all") == {"a", "b"}


def _recordings(folder):
    lines = (folder / "results/tiny/der.csv").read_text().splitlines()[1:]
    return {line.split(",")[2] for line in lines} & {"a", "b"}
