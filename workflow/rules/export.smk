"""
Results in the form that other tools read, and the targets that ask for one product alone.

in   results/{corpus}/turns/{system}/{recording}.parquet; or RTTM that was made elsewhere
out  results/{corpus}/rttm/{system}/{recording}.rttm   NIST RTTM, speakers SPEAKER_00, SPEAKER_01, ...
"""


rule write_rttm:
    input:
        turns="results/{corpus}/turns/{system}/{recording}.parquet",
    output:
        rttm="results/{corpus}/rttm/{system}/{recording}.rttm",
    log:
        "logs/{corpus}/write_rttm/{system}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/write_rttm/{system}/{recording}.tsv"
    wildcard_constraints:
        system=OWN,
    conda:
        "../../envs/audio.yaml"
    params:
        job=job("write_rttm"),
    script:
        "../../scripts/write_rttm.py"


rule import_rttm:
    input:
        row="results/{corpus}/recordings/rttm/{system}/{recording}.json",
    output:
        rttm="results/{corpus}/rttm/{system}/{recording}.rttm",
    log:
        "logs/{corpus}/import_rttm/{system}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/import_rttm/{system}/{recording}.tsv"
    wildcard_constraints:
        system=IMPORTED,
    conda:
        "../../envs/audio.yaml"
    params:
        job=job("import_rttm"),
    script:
        "../../scripts/import_rttm.py"


rule audio:
    input:
        plan.heard(),


rule reference:
    input:
        plan.paths("reference", "prepare_reference", ".rttm", scored=True),


rule speech:
    input:
        plan.paths("speech", "detect_speech", ".parquet"),


rule changes:
    input:
        plan.paths("changes", "detect_changes", ".parquet"),


rule rttm:
    input:
        plan.hypotheses(),
