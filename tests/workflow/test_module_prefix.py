"""The workflow as a module whose paths have a prefix: the same results as without, below the prefix."""

import json
import shutil
from collections import Counter

import pytest
import yaml
from workflow_runs import (
    BATCHES,
    MODULE_RULES,
    ROOT,
    Workflow,
    build_once,
    digests,
    write_tiny_corpus,
)

SNAKEFILE = """\
configfile: "my.yaml"


module diarflow:
    snakefile:
        {snakefile!r}
    config:
        config
    prefix:
        "diarization"


{rules}

rule summary:
    default_target: True
    input:
        rules.diarflow_all.input,
        rttm="diarization/results/tiny/rttm/classic/a.rttm",
    output:
        "summary.rttm",
    shell:
        "cp {{input.rttm}} {{output}}"
"""


class Module(Workflow):
    """Snakemake in a folder whose Snakefile uses the workflow as a module."""

    def __call__(self, *arguments, **options):
        """Run Snakemake. The names of rules are those of the module."""
        done = super().__call__(*arguments, entry=self.folder / "Snakefile", **options)
        done.jobs = Counter({name.removeprefix("diarflow_"): n for name, n in done.jobs.items()})
        return done


def write_module(folder):
    snakefile = str(ROOT / "workflow" / "Snakefile")
    (folder / "Snakefile").write_text(SNAKEFILE.format(snakefile=snakefile, rules=MODULE_RULES))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Folder with a run in `plain`, and the same run as a module with a prefix in `module`."""

    def build(folder):
        write_tiny_corpus(folder / "plain", "classic", changes="none")
        shutil.copytree(folder / "plain", folder / "module")
        write_module(folder / "module")
        Workflow(folder / "plain")(overlay=BATCHES)
        Module(folder / "module")(overlay=BATCHES)

    return build_once(tmp_path_factory, "prefix", build)


@pytest.fixture
def module(done, tmp_path):
    """The finished module, in a copy of its folder."""
    shutil.copytree(done / "module", tmp_path / "module")
    return Module(tmp_path / "module")


def test_results_equal_those_without_a_prefix(done):
    plain, below = digests(done / "plain"), digests(done / "module" / "diarization")
    assert plain.keys() == below.keys()
    different = {path for path in plain if plain[path] != below[path]}
    # the path of the source is absolute
    assert different == {
        "tiny/audio/a.json", "tiny/audio/b.json", "report/recordings/pages.tsv",
        "report/recordings/tiny/a.html", "report/recordings/tiny/b.html",
    }  # fmt: skip


def test_all_files_lie_below_the_prefix(done):
    plain = {path.name for path in (done / "plain").iterdir()} - {"results", "logs"}
    below = {path.name for path in (done / "module").iterdir()}
    assert below - plain == {"diarization", "Snakefile", "summary.rttm"}
    assert {path.name for path in (done / "module/diarization").iterdir()} == {
        "results", "logs", ".snakemake",
    }  # fmt: skip


def test_a_second_run_does_nothing(module):
    assert "Nothing to be done" in module("--dry-run", overlay=BATCHES).text
    assert "Nothing to be done" in module(overlay=BATCHES).text


def test_a_dry_run_writes_nothing(done, tmp_path):
    shutil.copytree(
        done / "plain",
        tmp_path / "new",
        ignore=shutil.ignore_patterns("results", "logs", ".snakemake"),
    )
    write_module(tmp_path / "new")
    before = sorted(tmp_path.rglob("*"))
    assert Module(tmp_path / "new")("--dry-run", overlay=BATCHES).jobs["write_rttm"] == 1
    created = set(tmp_path.rglob("*")) - set(before) - {tmp_path / "new/overlay.yaml"}
    assert {path for path in created if ".snakemake" not in path.parts} == set()


def test_results_that_are_moved_below_a_prefix_are_not_made_again(done, tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(done / "plain", folder)
    write_module(folder)
    (folder / "diarization").mkdir()
    for name in ("results", "logs"):
        (folder / name).rename(folder / "diarization" / name)
    assert Module(folder).planned(overlay=BATCHES) == {"summary": 1}


def test_a_compact_plan_that_keeps_no_audio(done, tmp_path):
    folder = tmp_path / "compact"
    ignored = shutil.ignore_patterns("results", "logs", ".snakemake")
    shutil.copytree(done / "plain", folder, ignore=ignored)
    write_module(folder)
    overlay = BATCHES | {"compact_plan": True, "keep": "results"}
    assert Module(folder)("diarflow_rttm", overlay=overlay).jobs["write_rttm"] == 1
    for id in "ab":
        name = f"results/tiny/rttm/classic/{id}.rttm"
        assert (folder / "diarization" / name).read_bytes() == (done / "plain" / name).read_bytes()
    for product in ("audio/*.wav", "embeddings/*/*.npy"):
        assert not list((folder / "diarization/results/tiny").glob(product))
    assert Module(folder).planned("diarflow_rttm", overlay=overlay) in ({}, {"rttm": 1})


def test_a_changed_setting_reruns_only_what_it_must(module):
    changed = {"clustering": {"meanshift": {"bandwidth": 0.5}}}
    assert module(overlay=BATCHES | changed).jobs == {
        "cluster_segments": 1, "build_turns": 1, "write_rttm": 1, "score_recording": 1,
        "report_corpus": 1, "report_all": 1, "summary": 1,
    }  # fmt: skip
    assert "Nothing to be done" in module(overlay=BATCHES | changed).text


def test_another_batch_size_reruns_nothing(module):
    assert module.planned(overlay={"batch_size": 1}) == {}


def test_a_changed_row_reruns_its_recording(module):
    other = (module.folder / "audio/other.rttm").read_text()
    (module.folder / "audio/b.rttm").write_text(other.replace(" a ", " b "))
    jobs = module.planned_recordings(overlay={"batch_size": 1})
    assert jobs >= {("diarflow_prepare_reference", "b"), ("diarflow_score_recording", "b")}
    assert {recording for _, recording in jobs} == {"", "b"}


def test_a_damaged_result_is_made_again(module):
    path = module.folder / "diarization/results/tiny/speech/webrtc/a.parquet"
    content = path.read_bytes()
    path.write_bytes(b"damaged")
    done = module(overlay={"batch_size": 1})
    start = "results below diarization/ that are damaged or were changed by hand: "
    assert f"{start}results/tiny/speech/webrtc/a.parquet" in done.text
    assert done.jobs["detect_speech"] == 1
    assert path.read_bytes() == content
    assert path.with_name("a.parquet.aside").read_bytes() == b"damaged"
    assert "Nothing to be done" in module(overlay={"batch_size": 1}).text


def test_a_recording_that_was_set_aside_is_named_and_processed_again_after_a_retry(module):
    (module.folder / "audio/b.wav").write_text("no audio")
    done = module("diarflow_speech", overlay=BATCHES, check=False)
    assert done.status == 3
    assert "set aside: tiny/b at prepare_audio: " in done.text
    assert "[diarization/logs/tiny/prepare_audio/batch-1-of-1.log]" in done.text
    failure = module.folder / "diarization/results/tiny/failures/prepare_audio/b.json"
    assert failure.exists()
    module("diarflow_retry", overlay=BATCHES)
    assert not failure.exists()
    assert module.planned("diarflow_speech", overlay=BATCHES)["prepare_audio"] == 1


PROGRAM = """
import pathlib, sys
pathlib.Path(sys.argv[2]).write_text("SPEAKER x 1 0.5 2.0 <NA> <NA> Ann <NA> <NA>\\n")
"""


def write_rich_corpus(folder):
    """Write a corpus with an external, an imported and a linked system, exports, a baseline, known people and a simulation."""
    write_tiny_corpus(folder, "classic", changes="none")
    for name in ("tools", "rttm", "words", "people/Ann", "voices/x", "voices/y"):
        (folder / name).mkdir(parents=True)
    (folder / "tools/program.py").write_text(PROGRAM)
    (folder / "tools/packages.txt").write_text("1\n")
    for name in "ab":
        shutil.copy(folder / f"audio/{name}.rttm", folder / "rttm")
        word = {"start": 1.0, "end": 1.5, "text": "yes"}
        (folder / f"words/{name}.json").write_text(json.dumps([word]))
    shutil.copy(folder / "audio/a.wav", folder / "people/Ann/sample.wav")
    for speaker in "xy":
        shutil.copy(folder / "audio/other.wav", folder / f"voices/{speaker}")
    (folder / "same.tsv").write_text("recording\tspeaker\tother_recording\tother_speaker\n")
    shutil.copy(ROOT / "resources/models/confidence.json", folder / "tools/confidence.json")
    settings = yaml.safe_load((folder / "my.yaml").read_text())
    corpus = settings["corpora"][0] | {
        "systems": ["classic", "program", "imported"], "link": True, "exports": ["srt", "kaldi"],
        "transcript": "words",
    }  # fmt: skip
    simulated = {"name": "mixed", "systems": ["classic"],
                 "simulate": {"speakers": "voices", "conversations": 1, "duration": 20}}  # fmt: skip
    settings["systems"] |= {
        "program": {"command": "python3 tools/program.py {audio} {rttm}", "environment": "tools/packages.txt"},
        "imported": {"rttm": "rttm"},
    }  # fmt: skip
    link = {"model": None, "systems": ["classic"], "min_clean_time": 0.5, "same_recording": 1.0}
    settings |= {
        "corpora": [corpus, simulated], "links": {"default": link | {"same": "same.tsv"}},
        "speakers": {"known": "people"}, "report": {"baseline": "base.csv"},
        "confidence": {"estimate": True, "model": "tools/confidence.json"},
        "audio_format": "flac", "batch_size": 10,
    }  # fmt: skip
    (folder / "my.yaml").write_text(yaml.safe_dump(settings))


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 10])
def test_files_of_the_user_have_the_same_meaning(done, tmp_path, batch_size):
    write_rich_corpus(tmp_path / "plain")
    shutil.copy(done / "plain/results/report/der.csv", tmp_path / "plain/base.csv")
    shutil.copytree(tmp_path / "plain", tmp_path / "module")
    write_module(tmp_path / "module")
    overlay = {"batch_size": batch_size}
    Workflow(tmp_path / "plain")(overlay=overlay)
    module = Module(tmp_path / "module")
    module(overlay=overlay)
    plain, below = digests(tmp_path / "plain"), digests(tmp_path / "module" / "diarization")
    assert plain.keys() == below.keys()
    different = {path for path in plain if plain[path] != below[path]}
    # they contain paths of sources, or times
    assert {path for path in different if "/audio/" not in path and "/external/" not in path} == {
        "report/index.html", "report/recordings/pages.tsv", "report/recordings/mixed/mixed-0000.html",
        *(f"report/recordings/tiny/{id}.html" for id in "ab"),
        *(f"tiny/exports/{system}/kaldi/wav.scp" for system in ("classic", "imported", "program")),
    }  # fmt: skip
    assert "Nothing to be done" in module(overlay=overlay).text
    assert module.planned(overlay=overlay | {"batch_size": 11 - batch_size}) == {}
    kept = {"keep": "rttm", "corpora": without_kaldi(tmp_path / "module/my.yaml")}
    assert "removed" in module(overlay=overlay | kept).text
    assert not list((tmp_path / "module/diarization/results/tiny").rglob("*.flac"))
    assert "Nothing to be done" in module(overlay=overlay | kept).text


def without_kaldi(file):
    """Return the corpora of a configuration without the export that refers to prepared audio."""
    tiny, simulated = yaml.safe_load(file.read_text())["corpora"]
    return [tiny | {"exports": ["srt"]}, simulated]


TWO = """\
configfile: "my.yaml"


module one:
    snakefile:
        {snakefile!r}
    config:
        config["one"]
    prefix:
        "one"


module two:
    snakefile:
        {snakefile!r}
    config:
        config["two"]
    prefix:
        "folder/two"


use rule * from one as one_*
use rule * from two as two_*


onstart:
    one.onstart()
    two.onstart()


onsuccess:
    one.onsuccess()
    two.onsuccess()


rule both:
    default_target: True
    input:
        rules.one_rttm.input,
        rules.two_rttm.input,
"""


def test_two_modules_with_different_prefixes(done, tmp_path):
    folder = tmp_path / "two"
    shutil.copytree(
        done / "plain", folder, ignore=shutil.ignore_patterns("results", "logs", ".snakemake")
    )
    config = yaml.safe_load((folder / "my.yaml").read_text()) | BATCHES
    smaller = {"clustering": {"meanshift": {"bandwidth": 0.5}}}
    (folder / "my.yaml").write_text(yaml.safe_dump({"one": config, "two": config | smaller}))
    (folder / "Snakefile").write_text(TWO.format(snakefile=str(ROOT / "workflow" / "Snakefile")))
    run = Module(folder)
    text = run().text
    assert "RTTM:   one/results/tiny/rttm/" in text
    assert "RTTM:   folder/two/results/tiny/rttm/" in text
    for prefix in ("one", "folder/two"):
        assert (folder / prefix / "results/tiny/rttm/classic/a.rttm").exists()
        assert (folder / prefix / "results/records/all.tsv").exists()
    name = "results/tiny/rttm/classic/b.rttm"
    assert (folder / "one" / name).read_bytes() == (done / "plain" / name).read_bytes()
    assert "Nothing to be done" in run().text
    (folder / "one/results/tiny/turns/classic/a.parquet").write_bytes(b"damaged")
    jobs = Counter(line for line in run("--dry-run").text.splitlines() if "rule" in line)
    assert any("one_build_turns" in line for line in jobs)
    assert not any("two_build_turns" in line for line in jobs)
