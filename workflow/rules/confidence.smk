"""
Confidence of each system without a reference, if `confidence.estimate` is true; and the training of its calibrator.

in   results/{corpus}/rttm of the system and of the other systems of the corpus; embeddings and activations of the system,
     or of the first system of the corpus that has any
out  results/{corpus}/evidence/{system}/{recording}.parquet     pieces of turns, with the numbers that a calibrator reads
     results/{corpus}/confidence/{system}/{recording}.parquet   pieces of turns: start, end, speaker, confidence
     results/{corpus}/confidence/{system}/{recording}.json      expected DER and its interval, numbers of speakers
     results/{corpus}/confidence.csv                            expected DER of each recording and system
     models/{calibrator}/confidence.json, card.json             a calibrator and its card
"""

for batch in batches("collect_evidence"):

    rule:
        name:
            batch.name
        input:
            **batch.inputs_of_others("results/{corpus}/rttm/{other}/{recording}.rttm"),
            plan=batch.plan_file(),
            rttm=batch.inputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            rttm_sidecar=batch.inputs("results/{corpus}/rttm/{system}/{recording}.json"),
            channel_embeddings=batch.inputs_of_source(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy"
            ),
            channel_windows=batch.inputs_of_source(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
            channel_activations=batch.inputs_of_source(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            channel_times=batch.inputs_of_source(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            evidence=batch.outputs(
                "results/{corpus}/evidence/{system}/{recording}.parquet"
            ),
        log:
            batch.log(),
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.evidence_provenance("numpy", "scipy"),
            recordings=batch.members(),
        script:
            "../../scripts/collect_evidence.py"


for batch in batches("estimate_confidence"):

    rule:
        name:
            batch.name
        input:
            evidence=batch.inputs(
                "results/{corpus}/evidence/{system}/{recording}.parquet"
            ),
            model=session.calibrator,
            changed=batch.changed(),
        output:
            confidence=batch.outputs(
                "results/{corpus}/confidence/{system}/{recording}.parquet"
            ),
            estimate=batch.outputs(
                "results/{corpus}/confidence/{system}/{recording}.json"
            ),
        log:
            batch.log(),
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.confidence_provenance("numpy"),
            recordings=batch.members(),
        script:
            "../../scripts/estimate_confidence.py"


rule report_confidence:
    input:
        confidences=aggregation.corpus_confidences,
        changed=aggregation.changed(
            "logs/{corpus}/report_confidence.log",
            aggregation.corpus_confidence_provenance,
        ),
    output:
        table="results/{corpus}/confidence.csv",
    log:
        "logs/{corpus}/report_confidence.log",
    localrule: True
    conda:
        "../../envs/audio.yaml"
    params:
        provenance=aggregation.corpus_confidence_provenance,
    script:
        "../../scripts/report_confidence.py"


rule confidence:
    input:
        plan.confidence_tables(),


rule train_confidence_calibrator:
    input:
        evidence=aggregation.confidence_evidence,
        reference=aggregation.confidence_references,
        changed=aggregation.changed(
            "logs/{calibrator}/train_confidence_calibrator.log",
            aggregation.confidence_training_provenance,
        ),
    output:
        model="models/{calibrator}/confidence.json",
        card="models/{calibrator}/confidence-card.json",
    log:
        "logs/{calibrator}/train_confidence_calibrator.log",
    conda:
        "../../envs/audio.yaml"
    resources:
        mem_mb=scaled_with_attempts(4000),
        runtime=240,
    params:
        provenance=aggregation.confidence_training_provenance,
    script:
        "../../scripts/train_confidence_calibrator.py"


rule train_confidence:
    input:
        expand(
            "models/{calibrator}/confidence.json",
            calibrator=settings.confidence_training,
        ),
