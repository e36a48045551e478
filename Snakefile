"""Speaker diarization of every recording of every corpus in config.yaml, and its error rates."""

from snakemake.utils import min_version

min_version("9.27")


configfile: workflow.source_path("config.yaml")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/segment.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/cluster.smk"
include: "workflow/rules/external.smk"
include: "workflow/rules/confidence.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/link.smk"
include: "workflow/rules/convert.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/share.smk"
include: "workflow/rules/tune.smk"
include: "workflow/rules/end.smk"


rule all:
    default_target: True
    input:
        rules.rttm.input,
        rules.exports.input,
        # links and the report are made of all shards (diarflow gather)
        rules.link.input if settings.shard is None else [],
        rules.confidence.input,
        rules.report.input if settings.shard is None else plan.scores(),


set_prefix("")  # the next Snakefile may be that of another module
