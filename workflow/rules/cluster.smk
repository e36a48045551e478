"""
From segments to turns: who speaks when.

in   results/{corpus}/audio, segments, overlap; the number of speakers in the plan file
out  results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy
         float32 (windows, dimensions); beside it .parquet: start, end (seconds), segment, chunk, local_speaker
     results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet
         start, end, speaker (a number), one row for each window
     results/{corpus}/turns/{system}/{recording}.parquet
         start, end, speaker; variants of turns may read activations and a denser embedding
"""

for batch in batches("embed_segments"):

    rule:
        name:
            batch.name
        input:
            audio=batch.inputs(AUDIO),
            segments=batch.inputs(
                "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
            ),
            overlap=batch.inputs(
                "results/{corpus}/overlap/{overlap}/{recording}.parquet"
            ),
            activations=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.npy"
            ),
            times=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.json"
            ),
            frames=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.npy", "frames"
            ),
            frame_times=batch.inputs_of_network(
                "results/{corpus}/activations/{network}/{recording}.json", "frames"
            ),
            model=batch.model(),
            changed=batch.changed(),
        output:
            embeddings=batch.outputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy"
            ),
            windows=batch.outputs(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
        log:
            batch.log(),
        conda:
            batch.environment()
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
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
            plan=batch.plan_file(),
            reference=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.rttm"
            ),
            reference_sidecar=batch.inputs_if_oracle(
                "results/{corpus}/reference/{recording}.json"
            ),
            model=batch.model(),
            changed=batch.changed(),
        output:
            clusters=batch.outputs(
                "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
            ),
        log:
            batch.log(),
        conda:
            "../../envs/cluster.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/cluster_segments.py"


for batch in batches("build_turns"):

    rule:
        name:
            batch.name
        input:
            segments=batch.inputs_of_system(
                "results/{corpus}/segments/{speech}.{changes}/{recording}.parquet"
            ),
            overlap=batch.inputs_of_system(
                "results/{corpus}/overlap/{overlap}/{recording}.parquet"
            ),
            windows=batch.inputs_of_system(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
            clusters=batch.inputs_of_system(
                "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
            ),
            activations=batch.inputs_of_turns(
                "network",
                "results/{corpus}/activations/{network}/{recording}.npy",
            ),
            times=batch.inputs_of_turns(
                "network",
                "results/{corpus}/activations/{network}/{recording}.json",
            ),
            frames=batch.inputs_of_turns(
                "frames",
                "results/{corpus}/activations/{frames}/{recording}.npy",
            ),
            frame_times=batch.inputs_of_turns(
                "frames",
                "results/{corpus}/activations/{frames}/{recording}.json",
            ),
            embeddings=batch.inputs_of_turns(
                "network",
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy",
            ),
            dense=batch.inputs_of_turns(
                "embedding",
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{dense}/{recording}.npy",
            ),
            dense_windows=batch.inputs_of_turns(
                "embedding",
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{dense}/{recording}.parquet",
            ),
            changed=batch.changed(),
        output:
            turns=batch.outputs("results/{corpus}/turns/{system}/{recording}.parquet"),
        log:
            batch.log(),
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/build_turns.py"
