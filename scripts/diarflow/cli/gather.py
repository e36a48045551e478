"""Command `diarflow gather`: one report of the results of shards."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from diarflow.cli.check import settings_of_files
from diarflow.cli.run import run_folder, shard_file
from diarflow.cli.workflow import snakemake_command, start
from diarflow.errors import InputError
from diarflow.formats.text import counted, examples
from diarflow.planning.rule_variants import LINK_RULES, VARIANTS
from diarflow.rule_names import plain_rule
from diarflow.runs.gather import check_shards, gather, read_shard_folder

_PRODUCTS = ["rttm", "exports", "link", "report"]


def gather_shards(options: argparse.Namespace) -> int:
    """Bring the results of shards into one folder, and start Snakemake there for what all of them contribute to."""
    if options.tables:
        return _gather_tables(options)
    directory = run_folder(options.directory)
    folders = [read_shard_folder(Path(os.path.abspath(path))) for path in options.folders]
    missing, warnings = check_shards(folders)
    count = folders[0].shard.total
    if missing and not (options.partial or options.complete):
        shown = examples(map(str, sorted(missing)))
        raise InputError(
            f"{counted(len(missing), 'shard')} of {count} missing: {shown}; add their folders, or use --partial for a "
            "report of the others, or --complete to run them here"
        )
    for line in warnings:
        print(line, file=sys.stderr)
    counts = gather(folders, directory)
    print(
        "results of shards: " + ", ".join(f"{n} {name}" for name, n in counts.items()), flush=True
    )
    configfiles = [os.path.abspath(path) for path in options.configfile]
    if missing and not options.complete:
        numbers = ",".join(map(str, sorted(set(range(1, count + 1)) - missing)))
        configfiles.append(shard_file(directory, f"{numbers}/{count}"))
    command = snakemake_command(
        _PRODUCTS, directory=directory, configfiles=configfiles, cores=options.cores,
        profile=options.profile, more=options.more,
    )  # fmt: skip
    if not options.complete:
        _check_nothing_is_left(command)
    start(command)
    return 0


def _gather_tables(options: argparse.Namespace) -> int:
    """Write the tables of the scores of shards, and print the total of each system under the full protocol."""
    from diarflow.runs.gather_tables import gather_tables

    if options.complete:
        raise InputError("--tables processes no recordings, expected no --complete")
    settings = settings_of_files(options.configfile)
    splits: dict[str, str | None] = {corpus.name: corpus.split for corpus in settings.corpora}
    target = run_folder(options.directory)
    paths = [Path(os.path.abspath(path)) for path in options.folders]
    totals = gather_tables(paths, target, splits, partial=options.partial)
    for row in totals[totals["protocol"] == "full"].itertuples():
        print(f"{row.corpus} {row.system}: {row.recordings} recordings, full DER {row.der:.2f} %")
    print(f"tables: {target / 'results/report'}")
    return 0


def _check_nothing_is_left(command: list[str]) -> None:
    """Raise InputError if the run would process recordings, which the shards should have done."""
    place = command.index("--configfile")
    planned = subprocess.run(
        [*command[:place], "--dry-run", "--quiet", "rules", *command[place:]],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if planned.returncode:
        raise InputError(planned.stdout.strip())
    jobs = {
        plain_rule(name): int(number)
        for name, number in re.findall(r"^(\S+) +(\d+)$", planned.stdout, re.MULTILINE)
    }
    # speakers are linked across all shards
    of_shards = VARIANTS.keys() - set(LINK_RULES)
    if left := [f"{number} {rule}" for rule, number in jobs.items() if rule in of_shards]:
        raise InputError(
            f"results are missing, damaged or of other settings or versions; jobs that would run: {examples(left)}; "
            "run the shards again and gather them, or use --complete to run these jobs here"
        )
