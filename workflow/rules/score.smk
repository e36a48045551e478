"""
Diarization error rate of every recording that has a reference.

in   results/{corpus}/reference/{recording}.rttm, .uem; results/{corpus}/rttm/{system}/{recording}.rttm
out  results/{corpus}/scores/{system}/{recording}.parquet   seconds of each error, a row a protocol
     results/{corpus}/der.csv                               every recording x system x protocol, and totals
"""


rule score_recording:
    input:
        reference="results/{corpus}/reference/{recording}.rttm",
        uem="results/{corpus}/reference/{recording}.uem",
        rttm="results/{corpus}/rttm/{system}/{recording}.rttm",
    output:
        scores="results/{corpus}/scores/{system}/{recording}.parquet",
    log:
        "logs/{corpus}/score_recording/{system}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/score_recording/{system}/{recording}.tsv"
    conda:
        "../../envs/score.yaml"
    params:
        job=job(
            "score_recording",
            "numpy",
            "scipy",
            **settings.scores.model_dump(),
        ),
    script:
        "../../scripts/score_recording.py"


rule report_corpus:
    input:
        scores=lambda wildcards: scores_of(wildcards.corpus),
    output:
        der="results/{corpus}/der.csv",
    log:
        "logs/{corpus}/report_corpus.log",
    benchmark:
        "benchmarks/{corpus}/report_corpus.tsv"
    conda:
        "../../envs/score.yaml"
    params:
        job=lambda wildcards: job(
            "report_corpus", "pandas", scores=scores_of(wildcards.corpus)
        ),
    script:
        "../../scripts/report_corpus.py"
