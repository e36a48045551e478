"""
Diarization error rate of every recording that has a reference.

in   results/{corpus}/reference/{recording}.rttm, .uem; results/{corpus}/rttm/{system}/{recording}.rttm
out  results/{corpus}/scores/{system}/{recording}.parquet   seconds of each error, a row a protocol
     results/{corpus}/der.csv                               every recording x system x protocol, and totals
"""

for batch in batches("score_recording"):

    rule:
        name:
            batch.name
        input:
            reference=batch.inputs("results/{corpus}/reference/{recording}.rttm"),
            uem=batch.inputs("results/{corpus}/reference/{recording}.uem"),
            rttm=batch.inputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
        output:
            scores=batch.outputs("results/{corpus}/scores/{system}/{recording}.parquet"),
        log:
            batch.log("logs/{corpus}/score_recording/{system}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/score_recording/{system}/{recording}.tsv")
        conda:
            "../../envs/score.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=lambda wildcards: job(
                "score_recording",
                "numpy",
                "scipy",
                **settings.scores.model_dump(),
            ),
        script:
            "../../scripts/score_recording.py"


rule report_corpus:
    input:
        scores=lambda wildcards: plan.inputs(
            *SCORES,
            made=f"results/{wildcards.corpus}/der.csv",
            scored=True,
            corpus=wildcards.corpus,
        ),
    output:
        der="results/{corpus}/der.csv",
    log:
        "logs/{corpus}/report_corpus.log",
    benchmark:
        "benchmarks/{corpus}/report_corpus.tsv"
    conda:
        "../../envs/score.yaml"
    resources:
        mem_mb=over_all(memory, "report_corpus"),
        runtime=over_all(minutes, "report_corpus"),
    params:
        job=lambda wildcards: job(
            "report_corpus",
            "pandas",
            scores=plan.paths(*SCORES, scored=True, corpus=wildcards.corpus),
        ),
    script:
        "../../scripts/report_corpus.py"
