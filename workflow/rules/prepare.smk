"""
From whatever a corpus ships to the forms that every other rule reads.

in   audio, reference and uem of the table of recordings, and what its row says of them
out  results/{corpus}/audio/{recording}.wav        mono, 16 kHz, 16-bit PCM
     results/{corpus}/reference/{recording}.rttm   repaired turns; comments count the repairs
     results/{corpus}/reference/{recording}.uem    the stretches that are scored
     results/demo/source/                          the demo's recording, with its reference
"""

for batch in batches("prepare_audio"):

    rule:
        name:
            batch.name
        input:
            source=batch.sources(files_of("audio")),
            row=batch.inputs("results/{corpus}/recordings/audio/{recording}.json"),
        output:
            audio=batch.outputs("results/{corpus}/audio/{recording}.wav"),
        log:
            batch.log("logs/{corpus}/prepare_audio/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/prepare_audio/{recording}.tsv")
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=lambda wildcards: job("prepare_audio", "numpy", "soundfile", "soxr"),
        script:
            "../../scripts/prepare_audio.py"


for batch in batches("prepare_reference"):

    rule:
        name:
            batch.name
        input:
            source=batch.sources(files_of("reference", "uem")),
            row=batch.inputs("results/{corpus}/recordings/reference/{recording}.json"),
            audio=batch.inputs(prepared_audio),
        output:
            reference=batch.outputs("results/{corpus}/reference/{recording}.rttm"),
            uem=batch.outputs("results/{corpus}/reference/{recording}.uem"),
        log:
            batch.log("logs/{corpus}/prepare_reference/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/prepare_reference/{recording}.tsv")
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        params:
            job=lambda wildcards: job("prepare_reference"),
        script:
            "../../scripts/prepare_reference.py"


rule fetch_sample:
    output:
        "results/demo/source/sample.wav",
        "results/demo/source/sample.rttm",
    log:
        "logs/demo/fetch_sample.log",
    localrule: True
    conda:
        "../../envs/audio.yaml"
    params:
        requirement="pyannote.audio==4.0.7",
        sha256="852ea15c4d85bc34773e618267603ffca6a521669a74d33742692cc67fc700d6",
        members=[
            "pyannote/audio/sample/sample.wav",
            "pyannote/audio/sample/sample.rttm",
        ],
    script:
        "../../scripts/fetch_sample.py"
