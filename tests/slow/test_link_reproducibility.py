"""Linking gives the same bytes with any number of cores, batch size and order of recordings."""

import shutil

import pytest
from workflow_runs import Workflow, build_once, digests, write_tiny_corpus

HEADER = "recording\taudio\treference\tnum_speakers\n"
ROWS = [
    "a\taudio/a.wav\taudio/a.rttm\t2\n",
    "b\taudio/b.wav\taudio/b.rttm\t2\n",
    "c\taudio/other.wav\t\t2\n",
]
pytestmark = pytest.mark.slow

# what linking writes, and the data of the page of people
LINKED = ("/voices/", "/speakers/", "/linked/", "speakers/", "report/linking/", "report/people/")


def overlay(batch_size, **link):
    corpus = {
        "name": "tiny", "recordings": "tiny.tsv", "systems": ["classic-kmeans"], "link": True,
    }  # fmt: skip
    settings = {
        "model": None, "systems": ["classic-kmeans"], "min_clean_time": 0.5,
        "same_recording": 1.0, "shared_names": True,
    }  # fmt: skip
    return {
        "corpora": [corpus], "links": {"default": settings | link},
        "speakers": {"known": "people"}, "batch_size": batch_size,
    }  # fmt: skip


def run(folder, rows, cores, batch_size, **link):
    (folder / "tiny.tsv").write_text(HEADER + "".join(rows))
    return Workflow(folder)("link", "--cores", cores, overlay=overlay(batch_size, **link))


def linked_digests(folder):
    return {
        path: digest
        for path, digest in digests(folder).items()
        if any(part in path if part[0] == "/" else path.startswith(part) for part in LINKED)
    }


def write_corpus(folder):
    write_tiny_corpus(folder, changes="none")
    (folder / "people/Ann").mkdir(parents=True)
    shutil.copy(folder / "audio/b.wav", folder / "people/Ann/sample.wav")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    def build(folder):
        write_corpus(folder)
        run(folder, ROWS, 1, 1)

    return build_once(tmp_path_factory, "linked-on-one-core", build)


@pytest.mark.parametrize(
    ("rows", "cores", "batch_size"), [(ROWS[::-1], 2, 2), ([ROWS[1], ROWS[0], ROWS[2]], 2, 10)]
)
def test_links_do_not_depend_on_cores_batches_and_order(first, tmp_path, rows, cores, batch_size):
    write_corpus(tmp_path)
    run(tmp_path, rows, cores, batch_size)
    expected = linked_digests(first)
    assert linked_digests(tmp_path) == expected
    for id in "abc":
        assert f"tiny/linked/classic-kmeans/{id}.rttm" in expected
    assert {"tiny/speakers/classic-kmeans.parquet", "report/linking/tiny.csv"} <= set(expected)


def test_both_backends_write_the_same_people(first, tmp_path):
    shutil.copytree(first, tmp_path / "copy")
    done = run(tmp_path / "copy", ROWS, 2, 1, backend="search")
    assert done.jobs["link_speakers"] == 1 and "embed_segments" not in done.jobs
    table = "results/tiny/speakers/classic-kmeans.parquet"
    assert (tmp_path / "copy" / table).read_bytes() == (first / table).read_bytes()
