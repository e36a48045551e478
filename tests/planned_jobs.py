"""Plan a run of all jobs, and write the jobs as JSON: rule, outputs, inputs, and what makes Snakemake run them again.

Usage: planned_jobs.py TARGET SNAKEMAKE-ARGUMENT ...
"""

import json
import runpy
import sys
from pathlib import Path

import snakemake.cli  # noqa: F401 - the modules of Snakemake import each other in this order only
from snakemake.dag import DAG

from diarflow.rule_names import plain_rule
from diarflow.runs.rows import row_part

_postprocess = DAG.postprocess
_target = Path(sys.argv[1])


async def _write(dag, *arguments, **keywords):
    await _postprocess(dag, *arguments, **keywords)
    _target.write_text(json.dumps([_described(job) for job in dag.jobs]))


def _described(job):
    values = dict(job.wildcards.items()) if job.wildcards else {}
    rule, row = plain_rule(job.rule.name), ""
    if "plan" in dict(job.input.items()) and values.get("recording"):
        folder = job.dag.workflow.globals["session"].folder
        part = row_part(rule, values.get("system", ""))
        row = folder.row_digest(values["corpus"], part, values["recording"])
    return {
        "rule": rule,
        "outputs": list(map(str, job.output)),
        "inputs": sorted(path for path in map(str, job.input) if not path.endswith("plan.jsonl")),
        "trigger": [rule, row, *map(str, job.params)],
    }


DAG.postprocess = _write
sys.argv = ["snakemake", *sys.argv[2:]]
runpy.run_module("snakemake", run_name="__main__", alter_sys=True)
