"""Every setting of config.yaml, typed, with its range, its default and a sentence for the user."""

from diarflow.settings.config import Settings, is_oracle, read_settings, schema_yaml

__all__ = ["Settings", "is_oracle", "read_settings", "schema_yaml"]
