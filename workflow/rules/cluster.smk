"""
From pieces of speech to who speaks when.

in   results/{corpus}/audio, segments, overlap; the number of speakers, where the table says it
out  results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy
         float32 (windows, dimensions); beside it .parquet: start, end (seconds), segment, chunk, local
     results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet
         start, end, speaker (a number), a row a window
     results/{corpus}/turns/{system}/{recording}.parquet
         start, end, speaker; variants of turns may read activations and a further embedding
"""


rule embed_segments:
    input:
        audio="results/{corpus}/audio/{recording}.wav",
        segments="results/{corpus}/segments/{speech}.{changes}/{recording}.parquet",
        overlap="results/{corpus}/overlap/{overlap}/{recording}.parquet",
        activations=activations_of("embedding", ".npy"),
        times=activations_of("embedding", ".json"),
        model=lambda wildcards: model_of("embedding", wildcards.embedding),
    output:
        embeddings="results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy",
        windows="results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet",
    log:
        "logs/{corpus}/embed_segments/{speech}.{changes}.{overlap}.{embedding}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/embed_segments/{speech}.{changes}.{overlap}.{embedding}/{recording}.tsv"
    conda:
        lambda wildcards: environment("embedding", wildcards.embedding)
    params:
        job=lambda wildcards: variant_job(
            "embed_segments", "embedding", wildcards.embedding
        ),
    script:
        "../../scripts/embed_segments.py"


rule cluster_segments:
    input:
        embeddings="results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy",
        windows="results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet",
        row="results/{corpus}/recordings/speakers/{recording}.json",
        reference=reference_of("clustering"),
        model=lambda wildcards: model_of("clustering", wildcards.clustering),
    output:
        clusters="results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet",
    log:
        "logs/{corpus}/cluster_segments/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/cluster_segments/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.tsv"
    conda:
        "../../envs/cluster.yaml"
    params:
        job=lambda wildcards: variant_job(
            "cluster_segments", "clustering", wildcards.clustering
        ),
    script:
        "../../scripts/cluster_segments.py"


rule build_turns:
    input:
        segments=part_of_system(
            "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
        ),
        overlap=part_of_system("results/{corpus}/overlap/{overlap}/{recording}.parquet"),
        windows=part_of_system(
            "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
        ),
        clusters=part_of_system(
            "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
        ),
        activations=read_by_turns(
            "network", "results/{corpus}/activations/{network}/{recording}.npy"
        ),
        times=read_by_turns(
            "network", "results/{corpus}/activations/{network}/{recording}.json"
        ),
        embeddings=read_by_turns(
            "network",
            "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy",
        ),
        dense=read_by_turns(
            "embedding",
            "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{further}/{recording}.npy",
        ),
        dense_windows=read_by_turns(
            "embedding",
            "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{further}/{recording}.parquet",
        ),
    output:
        turns="results/{corpus}/turns/{system}/{recording}.parquet",
    log:
        "logs/{corpus}/build_turns/{system}/{recording}.log",
    benchmark:
        "benchmarks/{corpus}/build_turns/{system}/{recording}.tsv"
    conda:
        "../../envs/audio.yaml"
    params:
        job=lambda wildcards: variant_job(
            "build_turns", "turns", settings.systems[wildcards.system].turns
        ),
    script:
        "../../scripts/build_turns.py"
