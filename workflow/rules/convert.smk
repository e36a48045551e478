"""
Exports for other tools, in the formats that a corpus requests with `exports`.

in   results/{corpus}/rttm/{system}/{recording}.rttm; the prepared audio and its facts; transcripts of the table
out  results/{corpus}/words/{system}/{recording}.parquet      start, end, text, sentence, speaker of each word
     results/{corpus}/exports/{system}/{recording}.{srt,vtt,json,csv,TextGrid,eaf,txt,stm,rttm}
     results/{corpus}/exports/{system}/label-studio/{recording}.json
     results/{corpus}/exports/{system}/cuts/{recording}.csv    table of the cuts in the folder {recording}/
     results/{corpus}/exports/{system}/{kaldi,lhotse}/         files of a whole corpus
"""

from diarflow.exports import EXPORTS
from diarflow.planning.rule_variants import EXPORT_RULES

for batch in batches("assign_words"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            rttm=batch.inputs_of_hypotheses(
                "results/{corpus}/rttm/{system}/{recording}.rttm",
                linked="results/{corpus}/linked/{system}/{recording}.rttm",
            ),
            changed=batch.changed(),
        output:
            words=batch.outputs("results/{corpus}/words/{system}/{recording}.parquet"),
        log:
            batch.log(),
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=batch.provenance(),
            recordings=batch.members(),
        script:
            "../../scripts/assign_words.py"


for rule_name in [name for name in EXPORT_RULES if name != "export_cuts"]:
    for batch in batches(rule_name):

        rule:
            name:
                batch.name
            input:
                plan=batch.plan_file(),
                rttm=batch.inputs_of_hypotheses(
                    "results/{corpus}/rttm/{system}/{recording}.rttm",
                    linked="results/{corpus}/linked/{system}/{recording}.rttm",
                ),
                channel_facts=batch.inputs_of_channels(
                    "results/{corpus}/audio/{recording}.json", only_if_audio=True
                ),
                words=batch.inputs_if_transcripts(
                    "results/{corpus}/words/{system}/{recording}.parquet"
                ),
                confidence=batch.inputs_if_confident(
                    "results/{corpus}/confidence/{system}/{recording}.parquet"
                ),
                turns=batch.inputs_if_confident(
                    "results/{corpus}/linked/{system}/{recording}.parquet",
                    only_if_linked=True,
                ),
                changed=batch.changed(),
            output:
                export=batch.outputs(
                    f"results/{{corpus}}/exports/{{system}}/{EXPORTS[EXPORT_RULES[rule_name]].file}"
                ),
            log:
                batch.log(),
            localrule: True
            conda:
                "../../envs/audio.yaml"
            params:
                provenance=batch.export_provenance("export_recording"),
                recordings=batch.members(),
            script:
                "../../scripts/export_recording.py"


for batch in batches("export_cuts"):

    rule:
        name:
            batch.name
        input:
            plan=batch.plan_file(),
            rttm=batch.inputs_of_hypotheses(
                "results/{corpus}/rttm/{system}/{recording}.rttm",
                linked="results/{corpus}/linked/{system}/{recording}.rttm",
            ),
            channel_audio=batch.inputs_of_channels(AUDIO),
            channel_facts=batch.inputs_of_channels(
                "results/{corpus}/audio/{recording}.json"
            ),
            changed=batch.changed(),
        output:
            export=batch.outputs(
                "results/{corpus}/exports/{system}/cuts/{recording}.csv"
            ),
        log:
            batch.log(),
        conda:
            "../../envs/audio.yaml"
        resources:
            **batch.resources(),
        params:
            provenance=batch.export_provenance("export_cuts"),
            recordings=batch.members(),
        script:
            "../../scripts/export_cuts.py"


for format_name in [name for name in EXPORTS if EXPORTS[name].corpus_files]:

    rule:
        name:
            EXPORTS[format_name].rule
        input:
            rttm=aggregation.corpus_hypotheses,
            facts=aggregation.corpus_facts,
            changed=aggregation.changed(
                f"logs/{{corpus}}/{EXPORTS[format_name].rule}/{{system}}.log",
                aggregation.corpus_export_provenance(format_name),
            ),
        output:
            [
                f"results/{{corpus}}/exports/{{system}}/{format_name}/{file}"
                for file in EXPORTS[format_name].corpus_files
            ],
        log:
            f"logs/{{corpus}}/{EXPORTS[format_name].rule}/{{system}}.log",
        localrule: True
        conda:
            "../../envs/audio.yaml"
        params:
            provenance=aggregation.corpus_export_provenance(format_name),
        script:
            "../../scripts/export_corpus.py"


rule exports:
    input:
        plan.exported(),
