import copy
import runpy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from diarflow.errors import InputError
from diarflow.planning.plan import Plan
from diarflow.planning.requirements import BACKENDS, check_installed
from diarflow.settings import STAGES, Settings, read_settings
from diarflow.settings.base import Block
from diarflow.settings.comments import with_comments
from diarflow.settings.introspection import models_in, summary
from diarflow.settings.location import with_location
from diarflow.settings.renamed import RENAMED

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())


def settings(overlay, files=()):
    config = copy.deepcopy(DEFAULTS)
    update_config(config, overlay)
    return read_settings(config, defaults=DEFAULTS, overlay=overlay, files=list(files))


def models(block):
    return models_in(Settings.model_fields[block].annotation)


def all_models(model=Settings):
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield inner
            yield from all_models(inner)


# --- one source: the models; config.yaml, its comments, the schema and the page agree with them ---


@pytest.mark.parametrize("stage", STAGES)
def test_config_yaml_states_every_field_of_every_backend_with_its_default(stage):
    first_variants = {}  # further variants of a backend may override defaults
    for variant in DEFAULTS[stage].values():
        first_variants.setdefault(variant["backend"], variant)
    assert first_variants == {model().backend: model().model_dump() for model in models(stage)}


def test_config_yaml_states_the_defaults_of_blocks_without_variants():
    for name in ("segments", "scores", "report"):
        assert DEFAULTS[name] == Settings.model_fields[name].default.model_dump()
    for name in ("on_error", "batch_size", "time_limit"):
        assert DEFAULTS[name] == Settings.model_fields[name].default
    (training,) = models("training")
    assert DEFAULTS["training"]["bilstm"] == training().model_dump()
    corpus = models("corpora")[0]
    assert set(DEFAULTS["corpora"][0]) == set(corpus.model_fields) - {"audio", "simulate"}


def test_every_backend_has_settings_and_every_settings_model_has_a_backend():
    for stage in STAGES:
        assert {model().backend for model in models(stage)} == set(BACKENDS[stage])


def test_generated_files_are_up_to_date(tmp_path, monkeypatch):
    """The command writes the same files in a folder in which they are missing or have an older comment."""
    names = ("config.yaml", "workflow/schemas/config.schema.yaml", "docs/settings.md")
    present = {name: (ROOT / name).read_text() for name in names}
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    older = present["config.yaml"].replace(
        "# name of the corpus, and of its folder below results/", "# older"
    )
    assert older != present["config.yaml"]
    (tmp_path / "config.yaml").write_text(older)
    monkeypatch.setattr("diarflow.backends.PACKAGE", tmp_path / "scripts" / "diarflow")
    runpy.run_module("diarflow.settings", run_name="__main__")
    for name in names:
        assert (tmp_path / name).read_text() == present[name], "run: make config"


def test_comments_do_not_change_the_configuration():
    text = "speech:\n  webrtc: # fast\n    padding: 1 # old\n  other: {backend: silero} # kept\n"
    lines = with_comments(text).split("\n")
    assert yaml.safe_load(with_comments(text)) == yaml.safe_load(text)
    assert [line.partition("#")[2] for line in lines[1::2]] == [" fast", " kept"]


def test_every_setting_has_a_description_and_every_number_a_range():
    for model in {Settings, *all_models()}:
        assert issubclass(model, Block) and summary(model) and len(summary(model)) <= 90
        for name, schema in model.model_json_schema()["properties"].items():
            if name == "backend":
                continue
            assert 0 < len(schema.get("description", "")) <= 90, (model, name)
            for option in schema.get("anyOf", [schema]):
                if option.get("type") in ("integer", "number") and "enum" not in option:
                    assert {"minimum", "exclusiveMinimum"} & set(option), (model, name)
                    assert {"maximum", "exclusiveMaximum"} & set(option), (model, name)


# --- messages ---


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"speech": {"webrtc": {"agressiveness": 1}}},
         "speech.webrtc.agressiveness is not a setting (did you mean aggressiveness?), expected one of"),
        ({"speech": {"webrtc": {"aggressiveness": 7}}},
         "speech.webrtc.aggressiveness is 7, expected a whole number from 0 to 3"),
        ({"speech": {"webrtc": {"frame_ms": 15}}},
         "speech.webrtc.frame_ms is 15, expected one of 10, 20, 30"),
        ({"segments": {"min_duration": "0.2"}},
         "segments.min_duration is '0.2', expected a number from 0 to 10"),
        ({"segments": {"min_duration": float("nan")}},
         "segments.min_duration is nan, expected a number from 0 to 10"),
        ({"clustering": {"kmeans": {"backend": "kmean"}}},
         "clustering.kmeans.backend is kmean, expected one of kmeans, meanshift"),
        ({"clustering": {"mine": {"seed": 1}}},
         "clustering.mine.backend is missing, expected one of kmeans, meanshift"),
        ({"clustering": {"My one": {"backend": "kmeans"}}},
         "clustering.My one: bad name My one, expected lower-case letters, digits"),
        ({"systems": {"classic": {"speech": "energy"}}},
         "systems.classic.speech is energy, expected one of webrtc, segmentation, segmentation-fast, segmentation-precise, silero"),
        ({"default_systems": ["worst"]},
         "default_systems is worst, expected one of best, fast, precise, classic"),
        ({"corpora": [{"name": "x"}]}, "corpora[0]: expected one of recordings (a table), audio"),
        ({"corpora": [{"name": "report", "audio": "x"}]},
         "corpora[0].name is report, which is reserved; expected none of activations, all"),
        ({"corpora": [{"name": "a/b", "audio": "x"}]}, "corpora[0].name is 'a/b', expected text like"),
        ({"corpora": [{"name": "x", "audio": "x"}] * 2}, "corpora[1].name is x, which another corpus has"),
        ({"corpora": [{"name": "ami", "audio": "x"}, {"name": "AMI", "audio": "y"}]},
         "corpora[1].name is AMI, which another corpus has in other case (ami); expected another name"),
        ({"batch_size": True}, "batch_size is True, expected a whole number from 1 to 10000"),
        ({"batch_size": 2.0}, "batch_size is 2.0, expected a whole number from 1 to 10000"),
        ({"batch_size": 10**90}, "batch_size is 1000000000"),
        ({"time_limit": "1e3"}, "time_limit is '1e3', expected a number above 0 and at most 1000000 or null (YAML"),
        ({"speech": {"webrtc": {"padding": True}}}, "speech.webrtc.padding is True, expected a number from 0 to 2"),
        ({"speech": {"mine": None}}, "speech.mine is None, expected a mapping of settings"),
        ({"corpora": [{"name": "x", "audio": "y", "channel": 1.0}]}, "corpora[0].channel is 1.0, expected one of mix"),
        ({"corpora": [{"name": "x", "audio": "y", "systems": ["z"]}]},
         "corpora[0].systems is z, expected one of best, fast, precise, classic"),
        ({"corpora": None}, "corpora is None, expected a list"),
        ({"speech": 3}, "speech is 3, expected a mapping"),
        ({"speach": {}}, "speach is not a setting (did you mean speech?), expected one of corpora"),
        ({"systems": {"mine": {"speech": "webrtc"}}}, "systems.mine: changes is missing, expected a variant of each stage"),
        ({"systems": {"mine": {"speech": "webrtc", "rttm": "x"}}}, "systems.mine: has rttm and speech, expected stages or one of rttm"),
    ],
)  # fmt: skip
def test_a_message_gives_the_location_the_key_the_value_and_the_allowed_values(
    tmp_path, overlay, message
):
    path = tmp_path / "my.yaml"
    path.write_text("# mine\n" + yaml.safe_dump(overlay))
    with pytest.raises(InputError) as error:
        settings(overlay, [path])
    lines = [line for line in error.value.details.split("\n") if message in line]
    assert lines and lines[0].startswith(f"{path}:")
    assert all(len(line) <= 300 for line in str(error.value).split("\n"))


@pytest.mark.parametrize(
    "name", ["reference", "report", "all", "completed", "rttm", "none", "con", "lpt1", "recordings"]
)
@pytest.mark.parametrize("block", ["corpora", "systems", "tuning", "training", "plda"])
def test_a_name_of_the_results_is_reserved(block, name):
    named = {
        "systems": {"rttm": "x"}, "tuning": {"system": "best", "search": {"clustering": ["vbx"]}},
        "training": {}, "plda": {"speakers": "x"},
    }  # fmt: skip
    if (block, name) == ("systems", "all"):
        assert settings({block: {name: named[block]}})  # of a fusion
        return
    if block == "corpora":
        overlay = {"corpora": [{"name": name.capitalize(), "audio": "x"}]}
    else:
        overlay = {block: {name: named[block]}}
    with pytest.raises(InputError, match=r"reserved.*; expected none of") as error:
        settings(overlay)
    assert len(str(error.value)) <= 300


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"speech": {"all": {"backend": "silero"}}}, "speech.all is reserved"),
        ({"networks": {"nul": {"backend": "bilstm"}}}, "networks.nul is reserved by Windows"),
        ({"changes": {"none": {"backend": "divergence"}}}, "changes.none has the backend divergence"),
        ({"clustering": {"oracle": {"backend": "vbx"}}}, "clustering.oracle has the backend vbx"),
        ({"systems": {"a" * 101: {"rttm": "x"}}}, "has 101 characters, expected at most 100"),
        (
            {"speech": {"a" * 99: {"backend": "silero"}}, "embedding": {"b" * 99: {"backend": "dvector"}},
             "systems": {"best": {"speech": "a" * 99, "embedding": "b" * 99}}},
            "systems.best has variants whose names have 227 characters together, expected at most 200",
        ),
    ],
)  # fmt: skip
def test_a_variant_that_misleads_or_has_too_long_a_name_is_an_error(overlay, message):
    with pytest.raises(InputError, match=message):
        settings(overlay)


def test_the_config_of_a_module_is_an_overlay():
    """A Snakefile that uses this one as a module replaces config.yaml by its own few settings."""
    config = {
        "corpora": [{"name": "mine", "audio": "calls"}],
        "speech": {"webrtc": {"padding": 0.25}},
        "clustering": {"kmeans": {"backend": "meanshift", "seed": 3}},
    }
    read = read_settings(copy.deepcopy(config), defaults=DEFAULTS, overlay={}, files=[])
    assert read == settings(config)


FORMER_NAMES = [
    (block, model, former)
    for block, names in RENAMED.items()
    for former, present in names.items()
    for model in models(block)
    if present in model.model_fields
]


def test_every_former_name_belongs_to_a_setting():
    assert {(block, former) for block, _, former in FORMER_NAMES} == {
        (block, former) for block, names in RENAMED.items() for former in names
    }


@pytest.mark.parametrize(
    ("block", "model", "former"),
    FORMER_NAMES,
    ids=[f"{block}.{model().backend}.{former}" for block, model, former in FORMER_NAMES],
)
def test_a_former_name_gives_one_line_with_the_present_name(tmp_path, block, model, former):
    backend, present = model().backend, RENAMED[block][former]
    path = tmp_path / "my.yaml"
    path.write_text(f"{block}:\n  mine:\n    backend: {backend}\n    {former}: 1\n")
    with pytest.raises(InputError) as error:
        settings(yaml.safe_load(path.read_text()), [path])
    assert str(error.value) == f"{path}:4: {block}.mine.{former} is now {present}"


def test_a_former_name_in_a_search_gives_the_present_name(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(
        "tuning:\n  best:\n    system: best\n    search:\n      clustering.acoustic: [0.1, 0.2]\n"
    )
    with pytest.raises(InputError) as error:
        settings(yaml.safe_load(path.read_text()), [path])
    assert (
        str(error.value) == f"{path}:5: tuning.best.search.clustering.acoustic is now clustering.Fa"
    )


def test_a_long_list_of_allowed_values_is_shortened():
    system = DEFAULTS["systems"]["best"]
    many = {f"system-{number}": system for number in range(200)}
    with pytest.raises(InputError, match=r"\.\.\. \(211 in all\)$") as error:
        settings({"systems": many, "default_systems": ["worst"]})
    assert len(str(error.value)) <= 300


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(InputError) as error:
        settings({"nope": 1, "speech": {"webrtc": {"padding": -1}}})
    assert len(str(error.value).split("\n")) == 2


def test_the_location_is_the_line_in_the_last_file_that_contains_the_key(tmp_path):
    for name in ("first.yaml", "second.yaml"):
        (tmp_path / name).write_text("# c\n\nspeech:\n  webrtc:\n    padding: 9\n")
    files = [tmp_path / "first.yaml", tmp_path / "second.yaml"]
    with pytest.raises(InputError, match=r"second.yaml:5: speech.webrtc.padding is 9"):
        settings({"speech": {"webrtc": {"padding": 9}}}, files)


def test_the_corpora_of_an_overlay_replace_the_demo():
    merged = settings({"corpora": [{"name": "mine", "audio": "calls"}]})
    assert [corpus.name for corpus in merged.corpora] == ["mine"]
    assert merged.systems_of(merged.corpora[0]) == ["best"]


def test_an_overlay_adds_a_system():
    system = dict(DEFAULTS["systems"]["classic"], changes="none")
    merged = settings({"systems": {"pauses": system}})
    assert list(merged.systems) == [*DEFAULTS["systems"], "pauses"]


def test_an_overlay_changes_one_field_and_leaves_the_others():
    variant = settings({"speech": {"webrtc": {"padding": 0.25}}}).speech["webrtc"]
    assert variant.model_dump() == DEFAULTS["speech"]["webrtc"] | {"padding": 0.25}


def test_a_variant_with_another_backend_starts_from_that_backends_defaults():
    other = next(model for model in models("clustering") if model().backend == "meanshift")
    merged = settings({"clustering": {"kmeans": {"backend": "meanshift", "seed": 3}}})
    assert merged.clustering["kmeans"] == other(seed=3)


def test_a_whole_number_is_accepted_as_a_number():
    assert settings({"speech": {"webrtc": {"padding": 1}}}).speech["webrtc"].padding == 1.0


def test_settings_are_immutable():
    with pytest.raises(ValueError, match="frozen"):
        settings({}).segments.min_duration = 1.0


@pytest.mark.parametrize("model", ["models/none.onnx", "models/mine/bilstm.onnx", "away.keras"])
def test_a_missing_model_file_is_an_error_before_the_first_job(model):
    plan = Plan(settings({"networks": {"bilstm": {"model": model}}}), recordings=[])
    with pytest.raises(InputError, match=f"networks.bilstm.model is {model}: no such file"):
        check_installed(plan)


def test_the_model_of_a_configured_training_may_be_missing():
    overlay = {
        "networks": {"bilstm": {"model": "models/mine/bilstm.onnx"}},
        "training": {"mine": {}},
    }
    check_installed(Plan(settings(overlay), recordings=[]))


def test_a_message_of_planning_gets_the_location_of_its_key(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(
        "networks:\n  bilstm:\n    model: no.onnx\ntuning:\n  mine:\n    search:\n      clustering.Fb: [a]\n"
    )
    files = [str(ROOT / "config.yaml"), str(path)]
    messages = {
        "networks.bilstm.model is no.onnx: no such file": f"{path}:3: ",
        "tuning.mine.search.clustering.Fb is a: not a number": f"{path}:7: ",
        "corpus c: system x takes a stage from the references": "",
    }
    for message, location in messages.items():
        assert with_location(message, files) == location + message


def test_the_speakers_of_a_corpus_are_in_order():
    corpus = {"name": "c", "audio": "a", "min_speakers": 3, "num_speakers": 2}
    with pytest.raises(InputError, match="expected min_speakers <= num_speakers <= max_speakers"):
        settings({"corpora": [corpus]})
