"""
Systems that other programs run: their own files, which import_rttm reads.

in   results/{corpus}/audio; row files with the number of speakers
out  results/{corpus}/external/{system}/{recording}.txt    turns as the program wrote them, in any format
     results/{corpus}/external/{system}/{recording}.json   usage of the program: seconds, cpu_seconds, memory (MB)
"""

COMMANDS = "|".join(name for name, system in settings.systems.items() if system.command)
PIPELINES = "|".join(name for name, system in settings.systems.items() if system.pipeline)

for batch in batches("run_command"):

    rule:
        name:
            batch.name
        input:
            row=batch.rows("results/{corpus}/recordings/speakers/{recording}.json"),
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
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
        script:
            "../../scripts/run_command.py"


for batch in batches("run_pipeline"):

    rule:
        name:
            batch.name
        input:
            row=batch.rows("results/{corpus}/recordings/speakers/{recording}.json"),
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
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
        script:
            "../../scripts/run_pipeline.py"
