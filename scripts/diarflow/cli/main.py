"""Command line `diarflow`."""

import argparse
import sys
from collections.abc import Sequence

from diarflow.cli import CONFIG
from diarflow.errors import InputError
from diarflow.platforms import platform_problem

_PATHS = "folder, glob, audio files or tables of recordings; or configurations (.yaml)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # what follows `--` belongs to Snakemake
    end = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:end])
    options.more = given[end + 1 :]
    try:
        if problem := platform_problem():
            raise InputError(problem)
        return int(options.command(options) or 0)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="diarflow",
        description="Speaker diarization of corpora. Each command prints the configuration and the Snakemake "
        "command that it uses.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write config/config.yaml, settings to start from")
    _add_directory(init)
    init.set_defaults(command=_init)

    run = commands.add_parser(
        "run",
        help="diarize recordings",
        epilog="Options after -- are passed to Snakemake, for example: diarflow run calls -- --dry-run",
    )
    _add_paths(run, nargs="*", default=f"; default: {CONFIG}")
    _add_corpus_options(run)
    _add_run_options(run)
    run.add_argument(
        "--shard", metavar="N/COUNT", help="part of each corpus, such as 3/100; see diarflow gather"
    )
    run.set_defaults(command=_run)

    gather = commands.add_parser("gather", help="make one report of the results of shards")
    gather.add_argument("folders", nargs="+", metavar="FOLDER", help="folders of shards")
    gather.add_argument("--configfile", nargs="+", metavar="FILE", required=True)
    choice = gather.add_mutually_exclusive_group()
    choice.add_argument(
        "--partial", action="store_true", help="make the report although shards are missing"
    )
    choice.add_argument(
        "--complete", action="store_true", help="process here the recordings that are missing"
    )
    gather.add_argument(
        "--tables",
        action="store_true",
        help="only the tables of scores, without a plan of all recordings: for very large corpora",
    )
    _add_run_options(gather)
    gather.set_defaults(command=_gather)

    check = commands.add_parser(
        "check", help="list what would be read for each recording; runs and writes nothing"
    )
    _add_paths(check)
    _add_corpus_options(check)
    _add_directory(check)
    check.set_defaults(command=_check)

    state = commands.add_parser("state", help="show the progress of the run in a folder")
    _add_directory(state)
    state.set_defaults(command=_state)

    retry = commands.add_parser(
        "retry", help="process again the recordings that the last run set aside"
    )
    retry.add_argument("--configfile", nargs="+", metavar="FILE", help="default: the last one")
    _add_run_options(retry)
    retry.set_defaults(command=_retry)

    tune = commands.add_parser("tune", help="search settings that lower the DER of a system")
    _add_paths(tune)
    _add_corpus_options(tune)
    tune.add_argument(
        "--search",
        action="append",
        metavar="SETTING=VALUE,VALUE",
        help="values to try; default: the threshold of the clustering, around its present value",
    )
    _add_run_options(tune)
    tune.set_defaults(command=_tune)

    forget = commands.add_parser(
        "forget", help="remove a person, with the voice and the name, from the results in a folder"
    )
    forget.add_argument("name", metavar="NAME", help="name of a person, or PERSON_0001")
    _add_directory(forget)
    forget.set_defaults(command=_forget)
    return parser


def _add_paths(parser: argparse.ArgumentParser, *, nargs: str = "+", default: str = "") -> None:
    parser.add_argument("paths", nargs=nargs, metavar="PATH", help=_PATHS + default)


def _add_corpus_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of the corpus")
    group.add_argument("--speakers", type=int, metavar="N", help="number of speakers, if known")
    group.add_argument("--min-speakers", type=int, metavar="N")
    group.add_argument("--max-speakers", type=int, metavar="N")
    group.add_argument("--reference", metavar="PATH", help="file or folder of references")
    group.add_argument("--channel", metavar="CHANNEL", help="mix, each, or a number from 1")
    group.add_argument(
        "--system", action="append", metavar="NAME", help="system to run; may be repeated"
    )
    group.add_argument(
        "--export", action="append", metavar="FORMAT", help="srt, vtt, ...; may be repeated"
    )


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-d", "--directory", "--output", default=".", metavar="DIR",
        help="folder of the run, with its results/; default: the current folder",
    )  # fmt: skip


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    _add_directory(parser)
    parser.add_argument("--cores", default="all", metavar="N", help="default: all")
    parser.add_argument(
        "--profile", metavar="NAME", help="large, slurm, or the folder of a workflow profile"
    )


# each command imports what it needs, so that `diarflow state` starts at once
def _init(options: argparse.Namespace) -> int:
    from diarflow.cli.init import init

    return init(options)


def _run(options: argparse.Namespace) -> int:
    from diarflow.cli.run import run

    return run(options)


def _check(options: argparse.Namespace) -> int:
    from diarflow.cli.check import check

    return check(options)


def _gather(options: argparse.Namespace) -> int:
    from diarflow.cli.gather import gather_shards

    return gather_shards(options)


def _state(options: argparse.Namespace) -> int:
    from diarflow.cli.state import print_state

    return print_state(options.directory)


def _retry(options: argparse.Namespace) -> int:
    from diarflow.cli.run import retry

    return retry(options)


def _tune(options: argparse.Namespace) -> int:
    from diarflow.cli.tune import tune

    return tune(options)


def _forget(options: argparse.Namespace) -> int:
    from diarflow.cli.forget import forget_person

    return forget_person(options.directory, options.name)


if __name__ == "__main__":
    sys.exit(main())
