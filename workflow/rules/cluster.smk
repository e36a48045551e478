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

for batch in batches("embed_segments"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs("results/{corpus}/audio/{recording}.wav"),
            segments=batch.inputs(
                "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
            ),
            overlap=batch.inputs(
                "results/{corpus}/overlap/{overlap}/{recording}.parquet"
            ),
            activations=batch.inputs(activations_of("embedding", ".npy")),
            times=batch.inputs(activations_of("embedding", ".json")),
            model=batch.of(lambda wildcards: model_of("embedding", wildcards.embedding)),
        output:
            embeddings=batch.outputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy"
            ),
            windows=batch.outputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
        log:
            batch.log(
                "logs/{corpus}/embed_segments/{speech}.{changes}.{overlap}.{embedding}/{recording}.log"
            ),
        benchmark:
            batch.log(
                "benchmarks/{corpus}/embed_segments/{speech}.{changes}.{overlap}.{embedding}/{recording}.tsv"
            )
        conda:
            batch.of(lambda wildcards: environment("embedding", wildcards.embedding))
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "embed_segments", "embedding", wildcards.embedding
                )
            ),
        script:
            "../../scripts/embed_segments.py"


for batch in batches("cluster_segments"):

    rule:
        name:
            batch.name
        input:
            embeddings=batch.inputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy"
            ),
            windows=batch.inputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
            row=batch.inputs("results/{corpus}/recordings/speakers/{recording}.json"),
            reference=batch.inputs(reference_of("clustering")),
            model=batch.of(
                lambda wildcards: model_of("clustering", wildcards.clustering)
            ),
        output:
            clusters=batch.outputs(
                "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
            ),
        log:
            batch.log(
                "logs/{corpus}/cluster_segments/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.log"
            ),
        benchmark:
            batch.log(
                "benchmarks/{corpus}/cluster_segments/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.tsv"
            )
        conda:
            "../../envs/cluster.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "cluster_segments", "clustering", wildcards.clustering
                )
            ),
        script:
            "../../scripts/cluster_segments.py"


for batch in batches("build_turns"):

    rule:
        name:
            batch.name
        input:
            segments=batch.inputs(
                part_of_system(
                    "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
                )
            ),
            overlap=batch.inputs(
                part_of_system(
                    "results/{corpus}/overlap/{overlap}/{recording}.parquet"
                )
            ),
            windows=batch.inputs(
                part_of_system(
                    "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
                )
            ),
            clusters=batch.inputs(
                part_of_system(
                    "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
                )
            ),
            activations=batch.inputs(
                read_by_turns(
                    "network", "results/{corpus}/activations/{network}/{recording}.npy"
                )
            ),
            times=batch.inputs(
                read_by_turns(
                    "network",
                    "results/{corpus}/activations/{network}/{recording}.json",
                )
            ),
            embeddings=batch.inputs(
                read_by_turns(
                    "network",
                    "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy",
                )
            ),
            dense=batch.inputs(
                read_by_turns(
                    "embedding",
                    "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{further}/{recording}.npy",
                )
            ),
            dense_windows=batch.inputs(
                read_by_turns(
                    "embedding",
                    "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{further}/{recording}.parquet",
                )
            ),
        output:
            turns=batch.outputs("results/{corpus}/turns/{system}/{recording}.parquet"),
        log:
            batch.log("logs/{corpus}/build_turns/{system}/{recording}.log"),
        benchmark:
            batch.log("benchmarks/{corpus}/build_turns/{system}/{recording}.tsv")
        conda:
            "../../envs/audio.yaml"
        resources:
            mem_mb=memory_of(batch),
            runtime=minutes_of(batch),
        params:
            job=batch.of(
                lambda wildcards: variant_job(
                    "build_turns", "turns", settings.systems[wildcards.system].turns
                )
            ),
        script:
            "../../scripts/build_turns.py"
