"""
Training the network that finds speaker changes, and the PLDA that VBx clusters with.

in   results/{corpus}/audio, reference of the corpora that have references and are not marked test
out  models/{training}/features.npy        float32 (frames, 35), normalised, all recordings one after the other
     models/{training}/labels.npy          uint8 (frames,), 1 near a change
     models/{training}/recordings.parquet  corpus, recording, first, frames, positive, validation
     models/{training}/bilstm.keras, .onnx the model; .json its card, .png its loss by epoch

in   a folder that holds a folder of recordings for each speaker
out  models/{plda}/plda.npz, .json         the PLDA of an embedding's vectors, and its card
"""


rule build_training_set:
    input:
        audio=lambda wildcards: [
            one["audio"] for one in plan.examples(wildcards.training)
        ],
        reference=lambda wildcards: [
            one["reference"] for one in plan.examples(wildcards.training)
        ],
    output:
        features="models/{training}/features.npy",
        labels="models/{training}/labels.npy",
        recordings="models/{training}/recordings.parquet",
    log:
        "logs/{training}/build_training_set.log",
    benchmark:
        "benchmarks/{training}/build_training_set.tsv"
    conda:
        "../../envs/audio.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=240,
    params:
        job=lambda wildcards: training_set_job(wildcards.training),
    script:
        "../../scripts/build_training_set.py"


rule train_change_detector:
    input:
        features="models/{training}/features.npy",
        labels="models/{training}/labels.npy",
        recordings="models/{training}/recordings.parquet",
    output:
        model="models/{training}/bilstm.keras",
        graph="models/{training}/bilstm.onnx",
        card="models/{training}/bilstm.json",
        curve="models/{training}/bilstm.png",
    log:
        "logs/{training}/train_change_detector.log",
    benchmark:
        "benchmarks/{training}/train_change_detector.tsv"
    conda:
        "../../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=1440,
    params:
        job=lambda wildcards: training_job(wildcards.training),
    script:
        "../../scripts/train_change_detector.py"


rule train:
    input:
        expand("models/{training}/bilstm.onnx", training=settings.training),


rule train_plda:
    output:
        model="models/{plda}/plda.npz",
        card="models/{plda}/plda.json",
    log:
        "logs/{plda}/train_plda.log",
    benchmark:
        "benchmarks/{plda}/train_plda.tsv"
    conda:
        "../../envs/audio.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=240,
    params:
        job=lambda wildcards: plda_job(wildcards.plda),
    script:
        "../../scripts/train_plda.py"


rule plda:
    input:
        expand("models/{plda}/plda.npz", plda=settings.plda),
