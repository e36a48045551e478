"""The report in one file: a bundle, a single page, and Snakemake's own report."""

import zipfile


def test_a_finished_run_is_packed_and_packed_again_after_a_new_report(finished):
    targets = ("bundle", "results/report/single/tiny/a.html")
    jobs = {"bundle_report": 1, "bundle": 1, "write_single_page": 1}
    done = finished(*targets)
    assert done.jobs == jobs
    assert "tiny/a.html: a single file of" in done.text and "report.zip: " in done.text
    assert finished.planned(*targets) == {}
    with zipfile.ZipFile(finished.folder / "results/report.zip") as archive:
        names = archive.namelist()
    assert "diarflow-report/results/tiny/audio/a.wav" in names
    (finished.folder / "results/report/index.html").unlink()
    assert finished.planned(*targets) == jobs | {"report_all": 1}


def test_the_report_of_snakemake_has_the_der_of_each_recording(finished):
    path = finished.folder / "snakemake.zip"
    finished("--report", path)
    with zipfile.ZipFile(path) as archive:
        tables = next(name for name in archive.namelist() if name.endswith("/tables.html"))
        text = archive.read(tables).decode()
    assert '<a href="recordings/tiny/a.html">a</a>' in text
    assert 'class="text">classic-kmeans' in text
