"""
Conversations with exact references, made of recordings of single speakers.

in   a folder that holds a folder of recordings for each speaker
out  results/{corpus}/simulated/{recording}.wav    mono, 16 kHz, 16-bit PCM
     results/{corpus}/simulated/{recording}.rttm   who speaks when, to the sample
     results/{corpus}/simulated/recordings.tsv     a table of them (written at planning)
"""


rule simulate_conversations:
    output:
        audio="results/{corpus}/simulated/{recording}.wav",
        reference="results/{corpus}/simulated/{recording}.rttm",
    log:
        "logs/{corpus}/simulate_conversations/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/simulate_conversations/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: simulation_job(wildcards.corpus),
    script:
        "../../scripts/simulate_conversations.py"
