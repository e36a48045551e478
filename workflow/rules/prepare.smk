"""
Audio and references in the one form that all other rules read.

in   audio, reference and UEM of the table of recordings, and the plan file
out  results/{corpus}/audio/{recording}.wav        mono, 16 kHz, 16-bit PCM
     results/{corpus}/audio/{recording}.json       facts: source, decoder, length, gaps, notes
     results/{corpus}/reference/{recording}.rttm   normalized turns
     results/{corpus}/reference/{recording}.uem    scored extent
     results/{corpus}/reference/{recording}.json   sidecar: source of the extent, repairs, notes
     results/demo/source/                          recording of the demo, and its reference
"""

for batch in batches("prepare_audio"):

    rule:
        name:
            batch.name
        input:
            source=batch.source_audio(),
            plan=batch.plan_file(),
            changed=batch.changed(),
        output:
            audio=batch.outputs(AUDIO),
            facts=batch.outputs("results/{corpus}/audio/{recording}.json"),
        log:
            batch.log(),
        priority: batch.priority()
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance("av", "numpy", "soundfile", "soxr"),
            recordings=batch.members(),
        script:
            "../../scripts/prepare_audio.py"


for batch in batches("prepare_reference"):

    rule:
        name:
            batch.name
        input:
            source=batch.source_annotations(),
            plan=batch.plan_file(),
            audio=batch.inputs_if_audio(AUDIO),
            changed=batch.changed(),
        output:
            reference=batch.outputs("results/{corpus}/reference/{recording}.rttm"),
            uem=batch.outputs("results/{corpus}/reference/{recording}.uem"),
            sidecar=batch.outputs("results/{corpus}/reference/{recording}.json"),
        log:
            batch.log(),
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance("praatio", "pylangacq", "pympi-ling"),
            recordings=batch.members(),
        script:
            "../../scripts/prepare_reference.py"


rule fetch_sample:
    input:
        session.folder.prepared,
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
