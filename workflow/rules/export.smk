"""
Results in the form that other tools read, the targets that ask for one product alone, and the one that lets the
next run try again what was set aside.

in   results/{corpus}/turns/{system}/{recording}.parquet; or RTTM that was made elsewhere
out  results/{corpus}/rttm/{system}/{recording}.rttm   NIST RTTM, speakers SPEAKER_00, SPEAKER_01, ...
"""

for batch in batches("write_rttm"):

    rule:
        name:
            batch.name
        input:
            turns=batch.inputs("results/{corpus}/turns/{system}/{recording}.parquet"),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
        log:
            batch.log("logs/{corpus}/write_rttm/{system}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/write_rttm/{system}/{recording}.tsv")
        wildcard_constraints:
            system=OWN,
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        params:
            job=lambda wildcards: job("write_rttm"),
        script:
            "../../scripts/write_rttm.py"


for batch in batches("import_rttm"):

    rule:
        name:
            batch.name
        input:
            row=batch.inputs(
                "results/{corpus}/recordings/rttm/{system}/{recording}.json"
            ),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
        log:
            batch.log("logs/{corpus}/import_rttm/{system}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/import_rttm/{system}/{recording}.tsv")
        wildcard_constraints:
            system=IMPORTED,
        localrule: light(batch)
        conda:
            "../../envs/audio.yaml"
        params:
            job=lambda wildcards: job("import_rttm"),
        script:
            "../../scripts/import_rttm.py"


rule audio:
    input:
        plan.heard(),


rule reference:
    input:
        plan.inputs("reference", "prepare_reference", ".rttm", scored=True),


rule speech:
    input:
        plan.inputs("speech", "detect_speech", ".parquet"),


rule changes:
    input:
        plan.inputs("changes", "detect_changes", ".parquet"),


rule rttm:
    input:
        plan.hypotheses(),


rule retry:
    log:
        "logs/retry.log",
    localrule: True
    conda:
        "../../envs/audio.yaml"
    script:
        "../../scripts/retry.py"
