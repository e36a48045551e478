"""Commands `diarflow run` and `diarflow retry`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from diarflow.artifacts.failures import failure_records
from diarflow.cli import CONFIG, configuration
from diarflow.cli.corpora import are_configurations, corpora_of, place, table_of
from diarflow.cli.workflow import snakemake_command, start
from diarflow.errors import InputError, visible

# the key of a corpus that each option of the command line sets
_OPTIONS = {
    "speakers": "num_speakers",
    "min_speakers": "min_speakers",
    "max_speakers": "max_speakers",
}


def run(options: argparse.Namespace) -> int:
    """Write or reuse the configuration, print it, and replace this process by Snakemake."""
    directory = run_folder(options.directory)
    if not options.paths:
        options.paths = [_default_config(directory)]
    configfiles = prepare(options, directory)
    if options.shard:
        configfiles.append(shard_file(directory, options.shard))
    start(
        snakemake_command(
            [], directory=directory, configfiles=configfiles, cores=options.cores,
            profile=options.profile, more=options.more,
        )
    )  # fmt: skip
    return 0


def shard_file(directory: Path, shard: str) -> str:
    """Write an overlay that selects shards, and return its path."""
    path = directory / f"diarflow-shard-{shard.replace('/', '-of-')}.yaml"
    path.write_text(configuration.as_yaml({"shard": shard}), encoding="utf-8")
    return str(path)


def _default_config(directory: Path) -> str:
    """Return the configuration of a folder in which `diarflow init` was called."""
    path = directory / CONFIG
    if not path.is_file():
        raise InputError(
            f"{visible(str(path))}: does not exist, expected paths of recordings, or this file: "
            "`diarflow init` writes one"
        )
    return str(path)


def run_folder(path: str) -> Path:
    """Return the absolute path of the folder of a run, and create it."""
    directory = Path(os.path.abspath(path))
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{visible(path)}: {error.strerror}, expected a folder") from error
    return directory


def prepare(options: argparse.Namespace, directory: Path) -> list[str]:
    """Return the configurations of a run. For paths of audio or tables, one is written or reused, and printed."""
    if are_configurations(options.paths):
        check_no_options(options)
        return [os.path.abspath(path) for path in options.paths]
    key = [os.path.abspath(path) for path in options.paths]
    path, state = configuration.save(
        directory,
        key,
        lambda: new_config(options.paths, directory, tables=directory),
        lambda config: with_options(config, options, directory),
    )
    print(configuration.show(path, state, path.read_text(encoding="utf-8")), flush=True)
    return [str(path)]


def new_config(paths: list[str], directory: Path, *, tables: Path) -> dict[str, Any]:
    """Return the configuration for paths, before the options of the command line are applied.

    Several audio files are listed in a table, which is written to the folder `tables`.
    """
    key = [os.path.abspath(path) for path in paths]
    sources = corpora_of(paths, directory, configuration.other_corpora(directory, key))
    for note in sources.notes:
        print(note, file=sys.stderr)
    for corpus in sources.corpora:
        if corpus.get("recordings") == "":  # its table is not written yet
            table = configuration.free_path(tables, corpus["name"], ".tsv")
            table.write_text(table_of(sources.files), encoding="utf-8")
            corpus["recordings"] = place(str(table), directory)
    return {"corpora": sources.corpora}


def with_options(
    config: dict[str, Any], options: argparse.Namespace, directory: Path
) -> dict[str, Any]:
    """Return a configuration with the options of the command line for all of its corpora."""
    return config | {"corpora": [corpus | corpus_options(options, directory)
                                 for corpus in config["corpora"]]}  # fmt: skip


def corpus_options(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """Return the keys of a corpus that the options of the command line set."""
    keys: dict[str, Any] = {
        key: value
        for name, key in _OPTIONS.items()
        if (value := getattr(options, name)) is not None
    }
    if options.channel is not None:
        keys["channel"] = int(options.channel) if options.channel.isdecimal() else options.channel
    if options.reference is not None:
        if not os.path.exists(options.reference):
            raise InputError(f"{visible(options.reference)}: does not exist in {os.getcwd()}")
        keys["reference"] = place(options.reference, directory)
    if options.system:
        keys["systems"] = _names(options.system)
    if options.export:
        keys["exports"] = _names(options.export)
    return keys


def _names(values: list[str]) -> list[str]:
    """Return names that were given one by one, or separated by commas, each once."""
    return list(dict.fromkeys(name for value in values for name in value.split(",") if name))


def check_no_options(options: argparse.Namespace) -> None:
    """Raise InputError if options that set keys of a corpus are given together with a configuration file."""
    given = {
        name: value
        for name in ("speakers", "min_speakers", "max_speakers", "reference", "channel", "system",
                     "export")
        if (value := getattr(options, name))
    }  # fmt: skip
    if given:
        name = next(iter(given)).replace("_", "-")
        raise InputError(
            f"--{name} cannot be combined with {options.paths[0]}: set it in this file"
        )


def retry(options: argparse.Namespace) -> int:
    """Remove the placeholders of recordings that were set aside, and run again."""
    directory = Path(os.path.abspath(options.directory))
    if not failure_records("*", directory / "results"):
        print(f"{directory}: no recording is set aside")
        return 0
    configfiles = [os.path.abspath(path) for path in options.configfile or ()]
    if not configfiles:
        own = configuration.own_files(directory)
        if not own:
            raise InputError(
                f"{directory}: no configuration of `diarflow run` in this folder, expected --configfile FILE"
            )
        configfiles = [str(own[-1].path)]
    commands = [
        snakemake_command(targets, directory=directory, configfiles=configfiles,
                          cores=options.cores, profile=options.profile, more=options.more)
        for targets in (["retry"], [])
    ]  # fmt: skip
    if status := subprocess.run(commands[0], check=False).returncode:
        return status
    start(commands[1])
    return 0
