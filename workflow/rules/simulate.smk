"""
Conversations with exact references, made of recordings of single speakers.

in   a folder that holds a folder of recordings for each speaker
out  results/{corpus}/simulated/{recording}.wav    mono, 16 kHz, 16-bit PCM
     results/{corpus}/simulated/{recording}.rttm   who speaks when, to the sample
     results/{corpus}/simulated/recordings.tsv     a table of them (written at planning)
"""

for batch in batches("simulate_conversations"):

    rule:
        name:
            batch.name
        output:
            audio=batch.outputs("results/{corpus}/simulated/{recording}.wav"),
            reference=batch.outputs("results/{corpus}/simulated/{recording}.rttm"),
        log:
            batch.log("logs/{corpus}/simulate_conversations/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/simulate_conversations/{recording}.tsv")
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(lambda wildcards: simulation_job(wildcards.corpus)),
        script:
            "../../scripts/simulate_conversations.py"
