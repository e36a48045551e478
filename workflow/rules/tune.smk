"""
Search for the best settings of a system, on corpora marked `split: dev`.

in   results/{corpus}/scores/{system}/{recording}.parquet of every trial
out  results/report/tuning/{tuning}.csv              the trials, best first
     results/report/tuning/{tuning}-recordings.csv   errors of each recording with the best trial of the other folds
     results/report/tuning/{tuning}.yaml             the best trial as a configuration: system {system}-tuned
"""


def trial_scores(wildcards):
    """Return the scores of all trials; fail if there is nothing to search on."""
    try:
        return session.trial_scores(wildcards.tuning)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def search_provenance(wildcards):
    """Return the provenance of a search, with its trials and corpora."""
    return rule_provenance("tune_system", "pandas", **session.search(wildcards.tuning))


rule tune_system:
    input:
        scores=trial_scores,
    output:
        table="results/report/tuning/{tuning}.csv",
        recordings="results/report/tuning/{tuning}-recordings.csv",
        overlay="results/report/tuning/{tuning}.yaml",
    log:
        "logs/report/tune_system/{tuning}.log",
    conda:
        "../../envs/score.yaml"
    params:
        provenance=search_provenance,
    script:
        "../../scripts/tune_system.py"


rule tune:
    input:
        expand("results/report/tuning/{tuning}.yaml", tuning=settings.tuning),
