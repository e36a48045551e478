"""
Search for the best settings of a system, on corpora marked `split: dev`.

in   results/{corpus}/scores/{system}/{recording}.parquet of every trial
out  results/report/tuning/{tuning}.csv              the trials, best first
     results/report/tuning/{tuning}-recordings.csv   errors of each recording with the best trial of the other folds
     results/report/tuning/{tuning}.yaml             the best trial as a configuration: system {system}-tuned
"""


rule tune_system:
    input:
        scores=aggregation.trial_scores,
        changed=aggregation.changed(
            "logs/report/tune_system/{tuning}.log", aggregation.search_provenance
        ),
    output:
        table="results/report/tuning/{tuning}.csv",
        recordings="results/report/tuning/{tuning}-recordings.csv",
        overlay="results/report/tuning/{tuning}.yaml",
    log:
        "logs/report/tune_system/{tuning}.log",
    conda:
        "../../envs/score.yaml"
    params:
        provenance=aggregation.search_provenance,
    script:
        "../../scripts/tune_system.py"


rule tune:
    input:
        expand("results/report/tuning/{tuning}.yaml", tuning=settings.tuning),
