"""
Systems that other programs run, whose files import_rttm reads; the fusion of systems, and the choice of one.

in   results/{corpus}/audio; the number of speakers in the plan file; the RTTM of the fused systems;
     the RTTM and the expected DER of those to choose from
out  results/{corpus}/external/{system}/{recording}.txt    turns as the program wrote them, in any format
     results/{corpus}/external/{system}/{recording}.json   usage of the program: seconds, cpu_seconds, memory (MB)
     results/{corpus}/rttm/{system}/{recording}.rttm, .json
"""

COMMANDS = "|".join(name for name, system in settings.systems.items() if system.command)
PIPELINES = "|".join(
    name for name, system in settings.systems.items() if system.pipeline
)
CHOOSING = "|".join(name for name, system in settings.systems.items() if system.choose)
FUSED = "|".join(name for name, system in settings.systems.items() if system.fuse)

for batch in batches("run_command"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            audio=batch.inputs(AUDIO),
            changed=batch.changed(),
        output:
            external=batch.outputs("results/{corpus}/external/{system}/{recording}.txt"),
            sidecar=batch.outputs("results/{corpus}/external/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=COMMANDS or NO_SYSTEM,
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.external_provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/run_command.py"


for batch in batches("run_pipeline"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            audio=batch.inputs(AUDIO),
            changed=batch.changed(),
        output:
            external=batch.outputs("results/{corpus}/external/{system}/{recording}.txt"),
            sidecar=batch.outputs("results/{corpus}/external/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=PIPELINES or NO_SYSTEM,
        conda:
            "../../envs/pyannote.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.external_provenance("pyannote-audio", "torch"),
            recordings=batch.members(),
        script:
            "../../scripts/run_pipeline.py"


for batch in batches("fuse_systems"):

    rule:
        name:
            batch.name
        input:
            **batch.inputs_of_members("results/{corpus}/rttm/{member}/{recording}.rttm"),
            plan=batch.plan_file(),
            changed=batch.changed(),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            sidecar=batch.outputs("results/{corpus}/rttm/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=FUSED or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/cluster.yaml"
        params:
            provenance=batch.external_provenance("numpy", "scipy"),
            recordings=batch.members(),
        script:
            "../../scripts/fuse_systems.py"


for batch in batches("choose_system"):

    rule:
        name:
            batch.name
        input:
            **batch.inputs_of_members("results/{corpus}/rttm/{member}/{recording}.rttm"),
            **batch.inputs_of_members(
                "results/{corpus}/confidence/{member}/{recording}.json", "estimate"
            ),
            plan=batch.plan_file(),
            changed=batch.changed(),
        output:
            rttm=batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            sidecar=batch.outputs("results/{corpus}/rttm/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=CHOOSING or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/cluster.yaml"
        params:
            provenance=batch.external_provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/choose_system.py"
