"""
People: speakers of different recordings that are the same person, and known people by their names.

in   results/{corpus}/rttm, embeddings; recordings of known people; same.tsv, different.tsv
out  results/{corpus}/voices/{system}/{recording}.npy      float32 (speakers, dimensions), mean vector of each speaker
     results/{corpus}/voices/{system}/{recording}.json     talk_time, clean_time (seconds), coherence of each speaker
     results/speakers/{embedding}.npy, .json               voices of known people
     results/{corpus}/speakers/{system}.parquet            recording, speaker, person, probability, seconds, alternatives
     results/{corpus}/linked/{system}/{recording}.rttm     turns with people in place of speakers
     results/{corpus}/linked/{system}/{recording}.parquet  start, end, speaker, person, channel of each turn of rttm/
     results/report/linking/{link}.csv                     scores of the linking
     results/report/people/{link}.{system}.html            page of the people
"""

links = session.links
LINKED = "|".join(
    dict.fromkeys(system for group in links.groups for system in group.systems)
)

for batch in batches("summarize_speakers"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            rttm=batch.inputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            channel_embeddings=batch.inputs_of_channels_of_system(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.npy"
            ),
            channel_windows=batch.inputs_of_channels_of_system(
                "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{embedding}/{recording}.parquet"
            ),
            changed=batch.changed(),
        output:
            embeddings=batch.outputs("results/{corpus}/voices/{system}/{recording}.npy"),
            sidecar=batch.outputs("results/{corpus}/voices/{system}/{recording}.json"),
        log:
            batch.log(),
        wildcard_constraints:
            system=LINKED or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/cluster.yaml"
        params:
            provenance=batch.provenance("numpy"),
            recordings=batch.members(),
        script:
            "../../scripts/summarize_speakers.py"


rule enroll_speakers:
    input:
        links.enrolled_files,
        changed=aggregation.changed(
            "logs/enroll_speakers/{embedding}.log", links.enrolment_provenance
        ),
    output:
        embeddings="results/speakers/{embedding}.npy",
        sidecar="results/speakers/{embedding}.json",
    log:
        "logs/enroll_speakers/{embedding}.log",
    conda:
        "../../envs/audio.yaml"
    resources:
        **aggregation.resources("link_speakers"),
    params:
        provenance=links.enrolment_provenance,
    script:
        "../../scripts/enroll_speakers.py"


for group in links.groups:

    rule:
        name:
            f"link_speakers-{group.name}"
        input:
            **links.tables(group),
            voices=links.voices(group, ".npy"),
            sidecars=links.voices(group, ".json"),
            known=links.known(".npy"),
            known_sidecar=links.known(".json"),
            model=links.model(group),
            changed=aggregation.changed(
                f"logs/{group.corpora[0]}/link_speakers/{{system}}.log",
                links.link_provenance(group),
            ),
        output:
            [
                f"results/{corpus}/speakers/{{system}}.parquet"
                for corpus in group.corpora
            ],
        log:
            f"logs/{group.corpora[0]}/link_speakers/{{system}}.log",
        wildcard_constraints:
            system="|".join(group.systems) or NO_SYSTEM,
        conda:
            "../../envs/cluster.yaml"
        resources:
            **aggregation.resources("link_speakers"),
        params:
            provenance=links.link_provenance(group),
        script:
            "../../scripts/link_speakers.py"


for batch in batches("label_speakers"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            rttm=batch.inputs("results/{corpus}/rttm/{system}/{recording}.rttm"),
            people=batch.of_all("results/{corpus}/speakers/{system}.parquet"),
            changed=batch.changed(),
        output:
            rttm=batch.outputs("results/{corpus}/linked/{system}/{recording}.rttm"),
            people=batch.outputs("results/{corpus}/linked/{system}/{recording}.parquet"),
        log:
            batch.log(),
        wildcard_constraints:
            system=LINKED or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/label_speakers.py"


for group in links.scored():

    rule:
        name:
            f"score_links-{group.name}"
        input:
            reference=links.references(group, ".rttm"),
            uem=links.references(group, ".uem"),
            sidecar=links.references(group, ".json"),
            linked=links.of_systems(group, links.linked(group)),
            voices=links.of_systems(group, links.voices(group, ".npy")),
            known=links.of_systems(group, links.known(".json")),
            model=links.model(group),
            changed=aggregation.changed(
                f"logs/report/score_links/{group.name}.log",
                links.score_provenance(group),
            ),
        output:
            scores=f"results/report/linking/{group.name}.csv",
        log:
            f"logs/report/score_links/{group.name}.log",
        conda:
            "../../envs/score.yaml"
        resources:
            **aggregation.resources("link_speakers"),
        params:
            provenance=links.score_provenance(group),
        script:
            "../../scripts/score_links.py"


for group in links.groups:

    rule:
        name:
            f"report_people-{group.name}"
        input:
            people=[
                f"results/{corpus}/speakers/{{system}}.parquet"
                for corpus in group.corpora
            ],
            linked=links.linked(group),
            scores=[
                f"results/report/linking/{scored.name}.csv"
                for scored in links.scored()
                if scored == group
            ],
            changed=aggregation.changed(
                f"logs/report/report_people/{group.name}.{{system}}.log",
                links.people_provenance(group),
            ),
        output:
            page=f"results/report/people/{group.name}.{{system}}.html",
        log:
            f"logs/report/report_people/{group.name}.{{system}}.log",
        wildcard_constraints:
            system="|".join(group.systems) or NO_SYSTEM,
        localrule: True
        conda:
            "../../envs/score.yaml"
        params:
            provenance=links.people_provenance(group),
            pages=aggregation.pages_digest,
        script:
            "../../scripts/report_people.py"


rule link:
    input:
        links.results(),
