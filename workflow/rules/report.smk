"""
The report across corpora.

in   results/{corpus}/der.csv; rttm, reference, audio, speech, changes and embeddings of every recording
out  results/report/der.csv       every corpus's rows, and the totals of all
     results/report/der.parquet   the same
     results/report/der.md        the totals as a Markdown table, for papers and pull requests
     results/report/comparisons.csv      any two systems: the difference of their DER, with its interval
     results/report/speaker_counts.csv   how many recordings have so many speakers, and were given so many
     results/report/changes.csv   coverage, purity, precision and recall of the changes found, by detector
     results/report/changes.png   coverage over purity, as the threshold goes
     results/report/index.html    the front page; results/report/recordings/{corpus}/{recording}.html the others
     results/report/recordings/pages.tsv  which pages there are; a page whose recording is unchanged stays as it is
     results/report/assets/       what the pages share: style, scripts, Plotly
     results/report/data/         rows of recordings, which the front page reads
     results/report/times.js      time and memory by rule: the one thing here that differs from run to run
     results/report/tables.html   the main tables on one sheet, and errors.png: for `snakemake --report`
"""

CHANGES = "results/report/changes.csv"
DER = "results/report/der.csv"


rule evaluate_changes:
    input:
        candidates=plan.inputs(
            "candidates", "detect_changes", ".parquet", scored=True, made=CHANGES
        ),
        changes=plan.inputs(
            "changes", "detect_changes", ".parquet", scored=True, made=CHANGES
        ),
        reference=plan.inputs(
            "reference", "prepare_reference", ".rttm", scored=True, made=CHANGES
        ),
        uem=plan.inputs(
            "reference", "prepare_reference", ".uem", scored=True, made=CHANGES
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
    benchmark:
        "benchmarks/report/evaluate_changes.tsv"
    conda:
        "../../envs/score.yaml"
    resources:
        mem_mb=over_all(memory, "evaluate_changes"),
        runtime=over_all(minutes, "evaluate_changes"),
    params:
        job=lambda wildcards: job(
            "evaluate_changes",
            "pandas",
            "matplotlib",
            "pyannote-metrics",
            "scipy",
            corpora=plan.judged(),
        ),
    script:
        "../../scripts/evaluate_changes.py"


rule report_all:
    input:
        changes=rules.evaluate_changes.output.changes,
        curves=rules.evaluate_changes.output.curves,
        cards=list(plan.cards().values()),
        der=[f"results/{corpus.name}/der.csv" for corpus in settings.corpora],
        rttm=plan.hypotheses(DER),
        reference=plan.inputs(
            "reference", "prepare_reference", ".rttm", scored=True, made=DER
        ),
        audio=plan.heard(DER),
        speech=plan.inputs("speech", "detect_speech", ".parquet", made=DER),
        moments=plan.inputs("changes", "detect_changes", ".parquet", made=DER),
        embeddings=plan.inputs("embeddings", "embed_segments", ".npy", made=DER),
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
        assets=directory("results/report/assets"),
        data=directory("results/report/data"),
        recordings="results/report/recordings/pages.tsv",
    log:
        "logs/report/report_all.log",
    benchmark:
        "benchmarks/report/report_all.tsv"
    conda:
        "../../envs/score.yaml"
    resources:
        mem_mb=over_all(memory, "report_all"),
        runtime=over_all(minutes, "report_all"),
    params:
        job=lambda wildcards: job(
            "report_all",
            "pandas",
            "matplotlib",
            "plotly",
            "scipy",
            "soundfile",
            **plan.report(),
        ),
        pages=lambda wildcards: pages_digest(),
    script:
        "../../scripts/report_all.py"


rule report:
    input:
        rules.report_all.output,
