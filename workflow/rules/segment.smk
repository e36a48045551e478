"""
From audio to pieces of speech that hold one speaker each, if all goes well.

in   results/{corpus}/audio/{recording}.wav
out  results/{corpus}/activations/{network}/{recording}.npy, .json     (frames, outputs) or (chunks, frames, outputs), frame times
     results/{corpus}/speech/{speech}/{recording}.parquet               start, end (seconds)
     results/{corpus}/candidates/{changes}/{recording}.parquet          time (seconds), score of what may be a change
     results/{corpus}/changes/{changes}/{recording}.parquet             those whose score is above the threshold
     results/{corpus}/overlap/{overlap}/{recording}.parquet             start, end of two or more speakers
     results/{corpus}/segments/{speech}.{changes}/{recording}.parquet   start, end
"""

for batch in batches("compute_activations"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
            model=batch.of(lambda wildcards: model_of("networks", wildcards.network)),
        output:
            activations=batch.outputs(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.outputs(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
        log:
            batch.log("logs/{corpus}/compute_activations/{network}/{recording}.log"),
        benchmark:
            batch.log(
                "benchmarks/{corpus}/compute_activations/{network}/{recording}.tsv"
            )
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "compute_activations", "networks", wildcards.network
                )
            ),
        script:
            "../../scripts/compute_activations.py"


for batch in batches("detect_speech"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
            activations=batch.inputs(activations_of("speech", ".npy")),
            times=batch.inputs(activations_of("speech", ".json")),
            reference=batch.inputs(reference_of("speech")),
        output:
            speech=batch.outputs("results/{corpus}/speech/{speech}/{recording}.parquet"),
        log:
            batch.log("logs/{corpus}/detect_speech/{speech}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/detect_speech/{speech}/{recording}.tsv")
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "detect_speech", "speech", wildcards.speech
                )
            ),
        script:
            "../../scripts/detect_speech.py"


for batch in batches("detect_changes"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
            activations=batch.inputs(activations_of("changes", ".npy")),
            times=batch.inputs(activations_of("changes", ".json")),
            reference=batch.inputs(reference_of("changes")),
        output:
            candidates=batch.outputs(
                "results/{corpus}/candidates/{changes}/{recording}.parquet"
            ),
            changes=batch.outputs(
                "results/{corpus}/changes/{changes}/{recording}.parquet"
            ),
        log:
            batch.log("logs/{corpus}/detect_changes/{changes}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/detect_changes/{changes}/{recording}.tsv")
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "detect_changes", "changes", wildcards.changes
                )
            ),
        script:
            "../../scripts/detect_changes.py"


for batch in batches("detect_overlap"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
            activations=batch.inputs(activations_of("overlap", ".npy")),
            times=batch.inputs(activations_of("overlap", ".json")),
            reference=batch.inputs(reference_of("overlap")),
        output:
            overlap=batch.outputs(
                "results/{corpus}/overlap/{overlap}/{recording}.parquet"
            ),
        log:
            batch.log("logs/{corpus}/detect_overlap/{overlap}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/detect_overlap/{overlap}/{recording}.tsv")
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "detect_overlap", "overlap", wildcards.overlap
                )
            ),
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
        output:
            segments=batch.outputs(
                "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
            ),
        log:
            batch.log("logs/{corpus}/resegment/{speech}.{changes}/{recording}.log"),
        benchmark:
            batch.log(
                "benchmarks/{corpus}/resegment/{speech}.{changes}/{recording}.tsv"
            )
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        params:
            job=lambda wildcards: job("resegment", **settings.segments.model_dump()),
        script:
            "../../scripts/resegment.py"
