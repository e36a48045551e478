"""
From prepared audio to segments: pieces of speech with one speaker each, if the detectors are right.

in   results/{corpus}/audio/{recording}.wav
out  results/{corpus}/activations/{network}/{recording}.npy, .json     (frames, outputs) or (chunks, frames, outputs), frame times
     results/{corpus}/speech/{speech}/{recording}.parquet               start, end (seconds)
     results/{corpus}/candidates/{changes}/{recording}.parquet          time (seconds), score of change candidates
     results/{corpus}/changes/{changes}/{recording}.parquet             candidates with a score above the threshold
     results/{corpus}/overlap/{overlap}/{recording}.parquet             start, end of two or more speakers
     results/{corpus}/segments/{speech}.{changes}/{recording}.parquet   start, end
"""

for batch in batches("compute_activations"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs(AUDIO),
            model=batch.model(),
            changed=batch.changed(),
        output:
            activations=batch.outputs(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.outputs(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
        log:
            batch.log(),
        conda:
            batch.environment()
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/compute_activations.py"


for batch in batches("detect_speech"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs(AUDIO),
            activations=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
            reference=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.rttm"
            ),
            reference_sidecar=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            speech=batch.outputs("results/{corpus}/speech/{speech}/{recording}.parquet"),
        log:
            batch.log(),
        localrule: batch.is_light()
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/detect_speech.py"


for batch in batches("detect_changes"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs(AUDIO),
            activations=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
            reference=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.rttm"
            ),
            reference_sidecar=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            candidates=batch.outputs(
                "results/{corpus}/candidates/{changes}/{recording}.parquet"
            ),
            changes=batch.outputs(
                "results/{corpus}/changes/{changes}/{recording}.parquet"
            ),
        log:
            batch.log(),
        localrule: batch.is_light()
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/detect_changes.py"


for batch in batches("detect_overlap"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs(AUDIO),
            activations=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
            reference=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.rttm"
            ),
            reference_sidecar=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            overlap=batch.outputs(
                "results/{corpus}/overlap/{overlap}/{recording}.parquet"
            ),
        log:
            batch.log(),
        localrule: batch.is_light()
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/detect_overlap.py"


for batch in batches("resegment"):

    rule:
        name:
            batch.name
        input:
            speech=batch.inputs("results/{corpus}/speech/{speech}/{recording}.parquet"),
            changes=batch.inputs(
                "results/{corpus}/changes/{changes}/{recording}.parquet"
            ),
            changed=batch.changed(),
        output:
            segments=batch.outputs(
                "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
            ),
        log:
            batch.log(),
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance(**settings.segments.model_dump()),
            recordings=batch.members(),
        script:
            "../../scripts/resegment.py"
