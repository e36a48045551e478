"""
Training of the change detector, and of the PLDA for VBx clustering.

in   results/{corpus}/audio, reference of the corpora that have references and are not marked `split: test`
out  models/{training}/features.npy        float32 (frames, 35), normalized, all recordings in a row
     models/{training}/labels.npy          uint8 (frames,), 1 near a change
     models/{training}/recordings.parquet  corpus, recording, first, frames, positive, validation
     models/{training}/bilstm.keras, .onnx the model; .json its card, .png its loss by epoch

in   a folder with a folder of recordings for each speaker
out  models/{plda}/plda.npz, .json         the PLDA of an embedding, and its card
"""


rule build_training_set:
    input:
        audio=aggregation.training_audio,
        reference=aggregation.training_references,
        changed=aggregation.changed(
            "logs/{training}/build_training_set.log",
            aggregation.training_set_provenance,
        ),
    output:
        features="models/{training}/features.npy",
        labels="models/{training}/labels.npy",
        recordings="models/{training}/recordings.parquet",
    log:
        "logs/{training}/build_training_set.log",
    conda:
        "../../envs/audio.yaml"
    resources:
        mem_mb=scaled_with_attempts(4000),
        runtime=240,
    params:
        provenance=aggregation.training_set_provenance,
    script:
        "../../scripts/build_training_set.py"


rule train_change_detector:
    input:
        features="models/{training}/features.npy",
        labels="models/{training}/labels.npy",
        recordings="models/{training}/recordings.parquet",
        changed=aggregation.changed(
            "logs/{training}/train_change_detector.log",
            aggregation.training_provenance,
        ),
    output:
        model="models/{training}/bilstm.keras",
        graph="models/{training}/bilstm.onnx",
        card="models/{training}/bilstm.json",
        curve="models/{training}/bilstm.png",
    log:
        "logs/{training}/train_change_detector.log",
    conda:
        "../../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=scaled_with_attempts(8000),
        runtime=1440,
    params:
        provenance=aggregation.training_provenance,
    script:
        "../../scripts/train_change_detector.py"


rule train:
    input:
        expand("models/{training}/bilstm.onnx", training=settings.training),


rule train_plda:
    input:
        session.folder.prepared,
        changed=aggregation.changed(
            "logs/{plda}/train_plda.log", aggregation.plda_provenance
        ),
    output:
        model="models/{plda}/plda.npz",
        card="models/{plda}/plda.json",
    log:
        "logs/{plda}/train_plda.log",
    conda:
        "../../envs/audio.yaml"
    resources:
        mem_mb=scaled_with_attempts(4000),
        runtime=240,
    params:
        provenance=aggregation.plda_provenance,
    script:
        "../../scripts/train_plda.py"


rule plda:
    input:
        expand("models/{plda}/plda.npz", plda=settings.plda),
