"""
Diarization error rate of every recording that has a reference.

in   results/{corpus}/reference/{recording}.rttm, .uem; results/{corpus}/rttm/{system}/{recording}.rttm
out  results/{corpus}/scores/{system}/{recording}.parquet   seconds of each error, one row for each protocol
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
            batch.log(),
        conda:
            "../../envs/score.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(
                "numpy", "scipy", **settings.scores.model_dump()
            ),
        script:
            "../../scripts/score_recording.py"


SCORES = ("scores", "score_recording", ".parquet")


def scores_of_corpus(wildcards):
    """Return the scores that the report of a corpus must declare."""
    output, corpus = f"results/{wildcards.corpus}/der.csv", wildcards.corpus
    return plan.inputs(*SCORES, output=output, scored=True, corpus=corpus)


def report_corpus_provenance(wildcards):
    """Return the provenance of the report of a corpus, with the paths of all its scores."""
    scores = plan.paths(*SCORES, scored=True, corpus=wildcards.corpus)
    return rule_provenance("report_corpus", "pandas", scores=scores)


rule report_corpus:
    input:
        scores=scores_of_corpus,
    output:
        der="results/{corpus}/der.csv",
    log:
        "logs/{corpus}/report_corpus.log",
    conda:
        "../../envs/score.yaml"
    resources:
        **session.resources("report_corpus"),
    params:
        provenance=report_corpus_provenance,
    script:
        "../../scripts/report_corpus.py"
