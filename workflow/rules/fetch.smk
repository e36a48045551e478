"""
Models that the configuration names by URL or by a repository of Hugging Face, fetched once.

out  models/{name}/{file}   for each entry of `models` in the settings
"""

for model_name, fetched_model in settings.models.items():

    rule:
        name:
            f"fetch_model-{model_name}"
        input:
            session.folder.prepared,
            changed=aggregation.changed(
                f"logs/{model_name}/fetch_model.log",
                aggregation.fetch_provenance(model_name),
            ),
        output:
            model=fetched_path(settings, model_name),
        log:
            f"logs/{model_name}/fetch_model.log",
        localrule: True
        conda:
            (
                "../../envs/pyannote.yaml"
                if fetched_model.hub
                else "../../envs/audio.yaml"
            )
        params:
            provenance=aggregation.fetch_provenance(model_name),
            token_variable=fetched_model.token_variable,
        script:
            "../../scripts/fetch_model.py"
