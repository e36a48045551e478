"""
RTTM for other tools, targets that make one product only, and the target that retries failed recordings.

in   results/{corpus}/turns/{system}/{recording}.parquet; or the RTTM of an imported system
out  results/{corpus}/rttm/{system}/{recording}.rttm   NIST RTTM, speakers SPEAKER_00, SPEAKER_01, ...
                                                       of a call with the turns of all its channels
     results/{corpus}/rttm/{system}/{recording}.json   sidecar: given number of speakers; of imported systems repairs, notes
"""

# two rules make RTTM: one for systems that run here, one for imported systems
RUN_HERE = "|".join(filter(plan.has_stages, settings.systems))
IMPORTED = "|".join(
    name
    for name, system in settings.systems.items()
    if system.kind not in ("stages", "fuse", "choose")
)

for batch in batches("write_rttm"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            channel_turns=batch.inputs_of_channels(
                "results/{corpus}/turns/{system}/{recording}.parquet"
            ),
            changed=batch.changed(),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            sidecar=batch.outputs("results/{corpus}/rttm/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=RUN_HERE or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/write_rttm.py"


for batch in batches("import_rttm"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            channel_audio=batch.inputs_of_channels(AUDIO, only_if_audio=True),
            channel_external=batch.inputs_if_external(
                "results/{corpus}/external/{system}/{recording}.txt"
            ),
            channel_usage=batch.inputs_if_external(
                "results/{corpus}/external/{system}/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            sidecar=batch.outputs("results/{corpus}/rttm/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=IMPORTED or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance("praatio", "pylangacq", "pympi-ling"),
            recordings=batch.members(),
        script:
            "../../scripts/import_rttm.py"


rule audio:
    input:
        plan.audio(),


rule reference:
    input:
        plan.references(),


rule speech:
    input:
        plan.inputs("speech", "detect_speech", ".parquet"),


rule changes:
    input:
        plan.inputs("changes", "detect_changes", ".parquet"),


rule rttm:
    input:
        plan.rttm(),


rule retry:
    input:
        session.folder.prepared,
    log:
        "logs/retry.log",
    localrule: True
    conda:
        "../../envs/audio.yaml"
    script:
        "../../scripts/retry.py"
