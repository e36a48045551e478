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


rule compute_activations:
    input:
        audio="results/{corpus}/audio/{recording}.wav",
        model=lambda wildcards: model_of("networks", wildcards.network),
    output:
        activations="results/{corpus}/activations/{network}/{recording}.npy",
        times="results/{corpus}/activations/{network}/{recording}.json",
    log:
        "logs/{corpus}/compute_activations/{network}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/compute_activations/{network}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: variant_job(
            "compute_activations", "networks", wildcards.network
        ),
    script:
        "../../scripts/compute_activations.py"


rule detect_speech:
    input:
        audio="results/{corpus}/audio/{recording}.wav",
        activations=activations_of("speech", ".npy"),
        times=activations_of("speech", ".json"),
        reference=reference_of("speech"),
    output:
        speech="results/{corpus}/speech/{speech}/{recording}.parquet",
    log:
        "logs/{corpus}/detect_speech/{speech}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/detect_speech/{speech}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: variant_job("detect_speech", "speech", wildcards.speech),
    script:
        "../../scripts/detect_speech.py"


rule detect_changes:
    input:
        audio="results/{corpus}/audio/{recording}.wav",
        activations=activations_of("changes", ".npy"),
        times=activations_of("changes", ".json"),
        reference=reference_of("changes"),
    output:
        candidates="results/{corpus}/candidates/{changes}/{recording}.parquet",
        changes="results/{corpus}/changes/{changes}/{recording}.parquet",
    log:
        "logs/{corpus}/detect_changes/{changes}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/detect_changes/{changes}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: variant_job(
            "detect_changes", "changes", wildcards.changes
        ),
    script:
        "../../scripts/detect_changes.py"


rule detect_overlap:
    input:
        audio="results/{corpus}/audio/{recording}.wav",
        activations=activations_of("overlap", ".npy"),
        times=activations_of("overlap", ".json"),
        reference=reference_of("overlap"),
    output:
        overlap="results/{corpus}/overlap/{overlap}/{recording}.parquet",
    log:
        "logs/{corpus}/detect_overlap/{overlap}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/detect_overlap/{overlap}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: variant_job(
            "detect_overlap", "overlap", wildcards.overlap
        ),
    script:
        "../../scripts/detect_overlap.py"


rule resegment:
    input:
        speech="results/{corpus}/speech/{speech}/{recording}.parquet",
        changes="results/{corpus}/changes/{changes}/{recording}.parquet",
    output:
        segments="results/{corpus}/segments/{speech}.{changes}/{recording}.parquet",
    log:
        "logs/{corpus}/resegment/{speech}.{changes}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/resegment/{speech}.{changes}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=job("resegment", **settings.segments.model_dump()),
    script:
        "../../scripts/resegment.py"
