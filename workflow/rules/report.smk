"""
The report across corpora.

in   results/{corpus}/der.csv, rttm and reference of every recording
out  results/report/der.csv       every corpus's rows, and the totals of all
     results/report/index.html    tables, and pictures of turns from results/report/recordings/
"""


rule report_all:
    input:
        der=[f"results/{corpus.name}/der.csv" for corpus in settings.corpora],
        rttm=plan.paths("rttm", "write_rttm", ".rttm"),
        reference=plan.paths("reference", "prepare_reference", ".rttm", scored=True),
    output:
        der="results/report/der.csv",
        index="results/report/index.html",
        pictures=directory("results/report/recordings"),
    log:
        "logs/report/report_all.log",
    benchmark:
        "benchmarks/report/report_all.tsv"
    conda:
        "../../envs/score.yaml"
    params:
        job=job(
            "report_all", "pandas", "matplotlib", "pyannote-metrics", **plan.report()
        ),
        template=digest(SCRIPTS / "diarflow" / "report" / "index.html.jinja"),
    script:
        "../../scripts/report_all.py"


rule report:
    input:
        rules.report_all.output,
