"""Run commands of Snakemake, each in a fork of this process, which has imported Snakemake: a command takes half the time.

Each line of standard input is a command in JSON: arguments, environment, a file for the output, and the program that
starts the jobs in place of Python. Each line of standard output is an exit status.
"""

import json
import os
import runpy
import sys

import pandas  # noqa: F401 - Snakemake imports it to compare params
import snakemake.cli

import diarflow.planning.session  # noqa: F401
from diarflow.planning import equivalent_code


def main() -> None:
    snakemake.cli.get_argument_parser()  # imports the plugins
    equivalent_code.digests()  # fills the cache of code digests
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(arguments: list[str], environment: dict[str, str], output: str, python: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(output, os.O_WRONLY)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["snakemake", *arguments]
    sys.executable = python  # starts the jobs
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
