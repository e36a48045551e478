"""
Conversations with exact references, mixed from recordings of single speakers.

in   a folder with a folder of recordings for each speaker; not declared as inputs, since the provenance of the
     rule contains their names, sizes and times
out  results/{corpus}/simulated/{recording}.wav    mono, 16 kHz, 16-bit PCM
     results/{corpus}/simulated/{recording}.rttm   turns, exact to the sample
     results/{corpus}/simulated/recordings.tsv     a table of the recordings (written at planning)
"""

for batch in batches("simulate_conversations"):

    rule:
        name:
            batch.name
        input:
            session.folder.prepared,
            changed=batch.changed(),
        output:
            audio=batch.outputs("results/{corpus}/simulated/{recording}.wav"),
            reference=batch.outputs("results/{corpus}/simulated/{recording}.rttm"),
        log:
            batch.log(),
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.simulation_provenance(),
        script:
            "../../scripts/simulate_conversations.py"
