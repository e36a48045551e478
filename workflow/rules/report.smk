"""
The report across corpora.

in   results/{corpus}/der.csv; RTTM, references, audio, speech, changes and embeddings of every recording;
     people and scores of linked corpora
out  results/{corpus}/calls/{recording}.wav   channels of a call, for the player of its page
     results/report/der.csv       the rows of every corpus, and the totals of all
     results/report/der.parquet   the same rows
     results/report/der.md        the totals as a Markdown table, for papers and pull requests
     results/report/comparisons.csv      difference in DER of each pair of systems, with its interval
     results/report/speaker_counts.csv   recordings by number of speakers, in the reference and in the hypothesis
     results/report/headline.json        best system, margin, main error and its place
     results/report/changes.csv   coverage, purity, precision and recall of each change detector
     results/report/changes.png   coverage against purity over all thresholds
     results/report/index.html    front page; results/report/recordings/{corpus}/{recording}.html the pages of recordings
     results/report/recordings/pages.tsv  list of pages; the page of an unchanged recording is not written again
     results/report/assets/       style, scripts and Plotly, shared by the pages
     results/report/data/         rows of recordings and segments, which the front page reads
     results/report/times.js      time, memory and facts of the run, the only file here that differs from run to run
     results/report/tables.html   the main tables on one page, and errors.png: for `snakemake --report`
"""

CHANGES = "results/report/changes.csv"
DER = "results/report/der.csv"

for batch in batches("join_channels"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            channel_audio=batch.inputs_of_channels(AUDIO),
            changed=batch.changed(),
        output:
            call=batch.outputs("results/{corpus}/calls/{recording}.wav"),
        log:
            batch.log(),
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.provenance("numpy", "soundfile"),
            recordings=batch.members(),
        script:
            "../../scripts/join_channels.py"


rule evaluate_changes:
    input:
        candidates=plan.inputs(
            "candidates", "detect_changes", ".parquet", scored=True, output=CHANGES
        ),
        changes=plan.inputs(
            "changes", "detect_changes", ".parquet", scored=True, output=CHANGES
        ),
        reference=plan.references(output=CHANGES),
        uem=plan.references(".uem", output=CHANGES),
        sidecar=plan.references(".json", output=CHANGES),
        changed=aggregation.changed(
            "logs/report/evaluate_changes.log", aggregation.evaluation_provenance
        ),
    output:
        changes=report(
            CHANGES,
            caption="../report/changes.rst",
            category="Speaker changes",
            labels={"what": "every recording and detector", "as": "CSV"},
        ),
        curves=report(
            "results/report/changes.png",
            caption="../report/curves.rst",
            category="Speaker changes",
            labels={"what": "coverage at each purity", "as": "picture"},
        ),
    log:
        "logs/report/evaluate_changes.log",
    conda:
        "../../envs/score.yaml"
    resources:
        **aggregation.resources("evaluate_changes"),
    params:
        provenance=aggregation.evaluation_provenance,
    script:
        "../../scripts/evaluate_changes.py"


rule report_all:
    input:
        changes=rules.evaluate_changes.output.changes,
        curves=rules.evaluate_changes.output.curves,
        cards=list(network_cards(plan).values()),
        baseline=session.baseline,
        der=[f"results/{corpus.name}/der.csv" for corpus in settings.corpora],
        rttm=plan.rttm(DER),
        reference=plan.references(output=DER),
        sidecars=aggregation.sidecars(DER),
        audio=plan.audio(DER),
        calls=plan.inputs("calls", "join_channels", ".wav", output=DER),
        speech=plan.inputs("speech", "detect_speech", ".parquet", output=DER),
        moments=plan.inputs("changes", "detect_changes", ".parquet", output=DER),
        confidences=plan.confidences(DER),
        people=links.people(),
        linking=score_tables(plan),
        embeddings=plan.inputs("embeddings", "embed_segments", ".npy", output=DER),
        changed=aggregation.changed(
            "logs/report/report_all.log", aggregation.report_provenance
        ),
    output:
        der=report(
            DER,
            caption="../report/der.rst",
            category="Error rates",
            labels={"what": "every recording, system and protocol", "as": "CSV"},
        ),
        parquet="results/report/der.parquet",
        markdown="results/report/der.md",
        comparisons="results/report/comparisons.csv",
        counts="results/report/speaker_counts.csv",
        headline="results/report/headline.json",
        tables=report(
            "results/report/tables.html",
            caption="../report/tables.rst",
            category="Error rates",
            labels={"what": "corpora and systems", "as": "table"},
        ),
        errors=report(
            "results/report/errors.png",
            caption="../report/errors.rst",
            category="Error rates",
            labels={"what": "missed, false alarm, confusion", "as": "picture"},
        ),
        index="results/report/index.html",
        times="results/report/times.js",
        # files one by one: Snakemake removes a folder with everything in it, also files of the user
        assets=asset_files(),
        data=data_files(plan),
        recordings="results/report/recordings/pages.tsv",
    log:
        "logs/report/report_all.log",
    conda:
        "../../envs/score.yaml"
    resources:
        **aggregation.resources("report_all"),
    params:
        provenance=aggregation.report_provenance,
        pages=aggregation.pages_digest,
    script:
        "../../scripts/report_all.py"


# also the tables that the report reads: Snakemake makes only missing files that a target lists
rule report:
    input:
        rules.report_all.output,
        rules.report_all.input.der,
        rules.report_all.input.linking,
        rules.evaluate_changes.output,
