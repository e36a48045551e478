"""Planning: no side effects without a run, and the same jobs with and without the patches of Snakemake."""

import re
import shutil

import pytest
from conftest import ROOT

from diarflow.planning.snakemake_patches import FEWEST_RECORDINGS


def files_in(folder):
    """Return the files of a run's folder with their times; Snakemake itself writes to .snakemake and deletes there."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[:2] != (".snakemake", "log")
    }


@pytest.mark.parametrize("command", ["--dry-run", "--lint", "--list", "--summary", "--rulegraph"])
def test_planning_without_a_run_changes_no_file(finished, command):
    table = finished.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\t2\t", "\t3\t"))
    lock = finished.folder / ".snakemake/locks/0.input.lock"  # of a run that was killed
    lock.parent.mkdir(exist_ok=True)
    lock.write_text(str(finished.folder / "results/tiny/audio/a.wav"))
    (finished.folder / "results/tiny/audio/.00000000-1.a.wav").touch()  # unfinished
    before = files_in(finished.folder)
    finished(command)
    assert files_in(finished.folder) == before


def test_a_dry_run_in_a_fresh_folder_plans_all_jobs_and_writes_no_results(fresh):
    assert fresh.planned()["prepare_audio"] == 2
    assert not (fresh.folder / "results").exists() and not (fresh.folder / "logs").exists()


def test_a_dry_run_shows_what_a_changed_row_reruns_and_the_run_does_it(finished):
    table = finished.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\t2\t", "\t3\t", 1))
    planned = finished.planned_recordings()
    assert ("cluster_segments", "a") in planned and ("cluster_segments", "b") not in planned
    assert finished.planned_recordings() == planned
    finished()
    assert finished.planned() == {}


def test_the_patches_change_no_planned_job(fresh):
    """The corpus has an imported system, so that planning needs no audio."""
    names = [f"r{number:03d}" for number in range(FEWEST_RECORDINGS)]
    (fresh.folder / "many.tsv").write_text(
        "recording\taudio\treference\n"
        + "".join(f"{name}\taudio/a.wav\taudio/all.rttm\n" for name in names)
    )
    line = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"
    (fresh.folder / "audio/all.rttm").write_text("".join(map(line.format, names)))
    corpus = {"name": "many", "recordings": "many.tsv", "systems": ["best", "imported"]}
    overlay = {
        "corpora": [corpus],
        "systems": {"imported": {"rttm": "audio/all.rttm"}},
        "batch_size": 25,
    }
    patched = jobs_of(fresh("--dry-run", overlay=overlay).text)
    code = fresh.folder / "unpatched"
    code.mkdir()
    (code / "sitecustomize.py").write_text(
        "import diarflow.planning.snakemake_patches as patches\npatches.VERSION = 'none'\n"
    )
    unpatched = jobs_of(
        fresh("--dry-run", overlay=overlay, PYTHONPATH=f"{code}:{ROOT / 'scripts'}").text
    )
    assert patched == unpatched and len(patched) > 50


def jobs_of(text):
    """Return the jobs of a dry run: rule, inputs and outputs, without the scratch folder of row files."""
    blocks = re.findall(r"^(?:local)?rule ([\w.-]+):\n((?: {4}.*\n)+)", text, flags=re.M)
    return sorted(
        (rule, *(re.findall(r"^    (?:input|output): .*$", body, flags=re.M)))
        for rule, body in ((rule, re.sub(r"\S*/diarflow-\w+/", "", body)) for rule, body in blocks)
    )


def test_a_package_of_another_checkout_is_refused(fresh, tmp_path):
    shutil.copytree(ROOT / "scripts/diarflow", tmp_path / "scripts/diarflow")
    done = fresh("--dry-run", check=False, PYTHONPATH=str(tmp_path / "scripts"))
    assert done.status == 1 and "expected the same checkout" in done.text
