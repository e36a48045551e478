"""Command `diarflow tune`: search the settings of a system on recordings with references."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from diarflow.cli import configuration
from diarflow.cli.corpora import are_configurations
from diarflow.cli.run import (
    check_no_options,
    corpus_options,
    new_config,
    run_folder,
)
from diarflow.cli.workflow import snakemake_command, start
from diarflow.errors import InputError
from diarflow.settings.files import DEFAULTS

_STEPS = (-0.1, -0.05, 0.0, 0.05, 0.1)  # around the present value
_SEARCHED = (
    "threshold",
    "agreement",
)  # settings of `clustering`; the first that the variant has is searched


def tune(options: argparse.Namespace) -> int:
    """Write or reuse the configuration of a search, print it, and replace this process by Snakemake."""
    directory = run_folder(options.directory)
    configfiles = _prepare(options, directory)
    start(
        snakemake_command(
            ["tune"], directory=directory, configfiles=configfiles, cores=options.cores,
            profile=options.profile, more=options.more,
        )
    )  # fmt: skip
    return 0


def _prepare(options: argparse.Namespace, directory: Path) -> list[str]:
    if are_configurations(options.paths):
        check_no_options(options)
        return [str(Path(path).absolute()) for path in options.paths]
    paths = [str(Path(path).absolute()) for path in options.paths]
    system = options.system[0] if options.system else "best"
    if len(options.system or ()) > 1:
        raise InputError("--system is given twice, expected the one system to tune")

    def create() -> dict[str, Any]:
        # the corpus of `diarflow run`, so that both share their results
        own = configuration.own_files(directory)
        shared = next((file.config for file in reversed(own) if file.key == paths), None)
        return shared or new_config(options.paths, directory, tables=directory)

    def change(config: dict[str, Any]) -> dict[str, Any]:
        keys = corpus_options(options, directory)
        keys.pop("systems", None)
        corpora = [
            {key: value for key, value in corpus.items() if key not in ("systems", "exports")}
            | keys
            | {"split": "dev"}
            for corpus in config["corpora"]
        ]
        present = config.get("tuning", {})
        if present and not (options.search or options.system):
            tuning = present
        else:
            search = _search(options.search, system)
            tuning = {corpora[0]["name"].lower(): {"system": system, "search": search}}
        return config | {"corpora": corpora, "tuning": tuning}

    path, state = configuration.save(directory, ["tune", *paths], create, change, purpose="-tune")
    print(configuration.show(path, state, path.read_text(encoding="utf-8")), flush=True)
    return [str(path)]


def _search(given: list[str] | None, system: str) -> dict[str, list]:
    """Return the values to try by setting: those given, or thresholds around the present one of the system."""
    if given:
        return dict(_parse(text) for text in given)
    defaults = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    if system not in defaults["systems"]:
        names = ", ".join(defaults["systems"])
        raise InputError(f"--system is {system}, expected one of {names}")
    name = defaults["systems"][system]["clustering"]
    variant = _with_defaults(defaults["clustering"][name])
    setting = next((setting for setting in _SEARCHED if setting in variant), None)
    if setting is None:
        raise InputError(
            f"--search: clustering {name} of {system} has no threshold, expected --search SETTING=VALUE,VALUE"
        )
    return {f"clustering.{setting}": [round(variant[setting] + step, 3) for step in _STEPS]}


def _with_defaults(variant: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a variant of `clustering`, with the defaults of its backend."""
    from pydantic import TypeAdapter

    from diarflow.settings.clustering import Clustering

    return TypeAdapter(Clustering).validate_python(variant).model_dump()


def _parse(text: str) -> tuple[str, list]:
    """Return a setting and its values.

    >>> _parse("clustering.agreement=0.4,0.5")
    ('clustering.agreement', [0.4, 0.5])
    """
    key, sign, values = text.partition("=")
    if not (key and sign and values):
        raise InputError(f"--search is {text}, expected SETTING=VALUE,VALUE")
    return key, [yaml.safe_load(value) for value in values.split(",")]
