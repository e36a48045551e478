import copy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from diarflow.errors import InputError
from diarflow.planning.requirements import BACKENDS, check_installed
from diarflow.settings import read_settings, schema_yaml
from diarflow.settings.base import Block
from diarflow.settings.config import STAGES, Settings
from diarflow.settings.messages import _blocks

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())


def settings(overlay, files=()):
    config = copy.deepcopy(DEFAULTS)
    update_config(config, overlay)
    return read_settings(config, defaults=DEFAULTS, overlay=overlay, files=list(files))


def models(stage):
    return _blocks(Settings.model_fields[stage].annotation)


@pytest.mark.parametrize("stage", STAGES)
def test_config_yaml_states_every_field_of_every_backend_with_its_default(stage):
    stated = {}
    for variant in DEFAULTS[stage].values():  # the first of a backend; others may differ
        stated.setdefault(variant["backend"], variant)
    assert stated == {model().backend: model().model_dump() for model in models(stage)}


def test_config_yaml_states_the_defaults_of_blocks_without_variants():
    for name in ("segments", "scores", "report"):
        assert DEFAULTS[name] == Settings.model_fields[name].default.model_dump()
    assert DEFAULTS["on_error"] == Settings.model_fields["on_error"].default
    corpus = _blocks(Settings.model_fields["corpora"].annotation)[0]
    assert set(DEFAULTS["corpora"][0]) == set(corpus.model_fields) - {"audio", "simulate"}


def test_every_backend_has_settings_and_every_settings_block_a_backend():
    for stage in STAGES:
        assert {model().backend for model in models(stage)} == set(BACKENDS[stage])


def test_the_schema_is_the_one_the_models_give():
    assert (ROOT / "workflow/schemas/config.schema.yaml").read_text() == schema_yaml()


def all_blocks(block=Settings):
    for inner in [b for f in block.model_fields.values() for b in _blocks(f.annotation)]:
        yield inner
        yield from all_blocks(inner)


def test_every_setting_has_a_sentence_and_every_number_a_range():
    for block in set(all_blocks()):
        assert issubclass(block, Block) and block.__doc__
        for name, schema in block.model_json_schema()["properties"].items():
            if name in ("backend", *STAGES):
                continue
            assert schema.get("description"), (block, name)
            for one in schema.get("anyOf", [schema]):
                if one.get("type") in ("integer", "number") and "enum" not in one:
                    assert {"minimum", "exclusiveMinimum"} & set(one), (block, name)


@pytest.mark.parametrize(
    ("overlay", "said"),
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
         "clustering.My one: bad name My one, expected small letters, digits and hyphens"),
        ({"systems": {"classic": {"speech": "energy"}}},
         "systems.classic.speech is energy, expected one of webrtc, segmentation, segmentation-fast, silero"),
        ({"default_systems": ["worst"]},
         "default_systems is worst, expected one of best, fast, classic"),
        ({"corpora": [{"name": "x"}]}, "corpora[0]: expected one of recordings (a table), audio"),
        ({"corpora": [{"name": "report", "audio": "x"}]}, "corpora[0]: name is report, which the"),
        ({"corpora": [{"name": "a/b", "audio": "x"}]}, "corpora[0].name is 'a/b', expected text like"),
        ({"corpora": [{"name": "x", "audio": "x"}] * 2}, "corpora[1].name is x, which is there already"),
        ({"corpora": [{"name": "x", "audio": "y", "systems": ["z"]}]},
         "corpora[0].systems is z, expected one of best, fast, classic"),
        ({"corpora": None}, "corpora is None, expected a list"),
        ({"speech": 3}, "speech is 3, expected a mapping"),
        ({"speach": {}}, "speach is not a setting (did you mean speech?), expected one of corpora"),
        ({"systems": {"mine": {"speech": "webrtc"}}}, "systems.mine: names no changes, expected one of each stage"),
    ],
)  # fmt: skip
def test_a_mistake_names_place_key_value_and_what_is_allowed(tmp_path, overlay, said):
    path = tmp_path / "my.yaml"
    path.write_text("# mine\n" + yaml.safe_dump(overlay))
    with pytest.raises(InputError) as error:
        settings(overlay, [path])
    lines = str(error.value).split("\n")
    found = [line for line in lines if said in line]
    assert found and found[0].startswith(f"{path}:")


def test_all_mistakes_are_named_at_once():
    with pytest.raises(InputError) as error:
        settings({"nope": 1, "speech": {"webrtc": {"padding": -1}}})
    assert len(str(error.value).split("\n")) == 2


def test_the_place_is_the_line_of_the_last_file_that_has_the_key(tmp_path):
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("# c\n\nspeech:\n  webrtc:\n    padding: 9\n")
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    with pytest.raises(InputError, match=r"two.yaml:5: speech.webrtc.padding is 9"):
        settings({"speech": {"webrtc": {"padding": 9}}}, files)


def test_an_overlays_corpora_replace_the_demo():
    found = settings({"corpora": [{"name": "mine", "audio": "calls"}]})
    assert [corpus.name for corpus in found.corpora] == ["mine"]
    assert found.systems_of(found.corpora[0]) == ["best"]


def test_an_overlay_adds_a_system():
    system = dict(DEFAULTS["systems"]["classic"], changes="none")
    found = settings({"systems": {"pauses": system}})
    assert list(found.systems) == [*DEFAULTS["systems"], "pauses"]


def test_an_overlay_changes_one_field_and_leaves_the_others():
    found = settings({"speech": {"webrtc": {"padding": 0.25}}}).speech["webrtc"]
    assert found.model_dump() == DEFAULTS["speech"]["webrtc"] | {"padding": 0.25}


def test_a_variant_with_another_backend_starts_from_that_backends_defaults():
    other = next(model for model in models("clustering") if model().backend == "meanshift")
    found = settings({"clustering": {"kmeans": {"backend": "meanshift", "seed": 3}}})
    assert found.clustering["kmeans"] == other(seed=3)


def test_a_whole_number_serves_where_a_number_is_expected():
    assert settings({"speech": {"webrtc": {"padding": 1}}}).speech["webrtc"].padding == 1.0


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        settings({}).segments.min_duration = 1.0


@pytest.mark.parametrize("model", ["models/none.onnx", "models/mine/bilstm.onnx", "away.keras"])
def test_a_model_that_is_not_there_and_that_no_training_makes_is_named_before_any_job(model):
    found = settings({"networks": {"bilstm": {"model": model}}})
    with pytest.raises(InputError, match=f"networks.bilstm.model is {model}: no such file"):
        check_installed(found, lambda stage: ["bilstm"] if stage == "networks" else [])


def test_a_model_that_a_training_of_the_configuration_makes_need_not_be_there_yet():
    found = settings(
        {"networks": {"bilstm": {"model": "models/mine/bilstm.onnx"}}, "training": {"mine": {}}}
    )
    check_installed(found, lambda stage: ["bilstm"] if stage == "networks" else [])
