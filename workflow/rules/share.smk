"""
The report in one file, to send it or to keep it.

in   results/report/, and the audio, RTTM and logs that its pages link to
out  results/report.zip                  the report with all linked files: `snakemake bundle`
     results/report/single/{page}.html   a page with its styles, scripts, data and audio; {page} is index or
                                         {corpus}/{recording}
"""


rule bundle_report:
    input:
        rules.report_all.output,
        rules.evaluate_changes.output,
    output:
        "results/report.zip",
    log:
        "logs/report/bundle_report.log",
    conda:
        "../../envs/score.yaml"
    resources:
        **aggregation.resources("bundle_report"),
    params:
        provenance=aggregation.bundle_provenance,
    script:
        "../../scripts/bundle_report.py"


rule bundle:
    input:
        rules.bundle_report.output,


rule write_single_page:
    input:
        rules.report_all.output,
        rules.evaluate_changes.output,
    output:
        "results/report/single/{page}.html",
    log:
        "logs/report/write_single_page/{page}.log",
    wildcard_constraints:
        page=".+",
    conda:
        "../../envs/score.yaml"
    params:
        provenance=aggregation.single_page_provenance,
    script:
        "../../scripts/write_single_page.py"
