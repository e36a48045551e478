"""
Settings searched on the recordings that are marked for it.

in   results/{corpus}/scores/{system}/{recording}.parquet of every system that is tried, of corpora marked dev
out  results/report/tuning/{tuning}.csv              the systems that were tried, best first
     results/report/tuning/{tuning}-recordings.csv   each recording's errors with the best of the others
     results/report/tuning/{tuning}.yaml             the best as a configuration: system {system}-tuned
"""


rule tune_system:
    input:
        scores=lambda wildcards: tried_scores(wildcards.tuning),
    output:
        table="results/report/tuning/{tuning}.csv",
        recordings="results/report/tuning/{tuning}-recordings.csv",
        overlay="results/report/tuning/{tuning}.yaml",
    log:
        "logs/report/tune_system/{tuning}.log",
    benchmark:
        "benchmarks/report/tune_system/{tuning}.tsv"
    conda:
        "../../envs/score.yaml"
    params:
        job=lambda wildcards: job(
            "tune_system", "pandas", **plan.tuning(wildcards.tuning)
        ),
    script:
        "../../scripts/tune_system.py"


rule tune:
    input:
        expand("results/report/tuning/{tuning}.yaml", tuning=settings.tuning),
