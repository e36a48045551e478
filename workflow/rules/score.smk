"""
Diarization error rate of every recording that has a reference.

in   results/{corpus}/reference/{recording}.rttm, .uem, .json; results/{corpus}/rttm/{system}/{recording}.rttm, .json
out  results/{corpus}/scores/{system}/{recording}.parquet   seconds of each error, one row for each protocol
     results/{corpus}/der.csv                               every recording x system x protocol, and totals
"""

for batch in batches("score_recording"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            channel_reference=batch.inputs_of_channels(
                "results/{corpus}/reference/{recording}.rttm"
            ),
            channel_uem=batch.inputs_of_channels(
                "results/{corpus}/reference/{recording}.uem"
            ),
            channel_reference_sidecar=batch.inputs_of_channels(
                "results/{corpus}/reference/{recording}.json"
            ),
            rttm=batch.inputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            rttm_sidecar=batch.inputs("results/{corpus}/rttm/{system}/{recording}.json"),
            changed=batch.changed(),
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
            recordings=batch.members(),
        script:
            "../../scripts/score_recording.py"


rule report_corpus:
    input:
        scores=aggregation.corpus_scores,
        changed=aggregation.changed(
            "logs/{corpus}/report_corpus.log", aggregation.corpus_provenance
        ),
    output:
        der="results/{corpus}/der.csv",
    log:
        "logs/{corpus}/report_corpus.log",
    conda:
        "../../envs/score.yaml"
    resources:
        **aggregation.resources("report_corpus"),
    params:
        provenance=aggregation.corpus_provenance,
    script:
        "../../scripts/report_corpus.py"
