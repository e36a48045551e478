"""Typed settings of config.yaml: each has a range, a default and a description."""

from diarflow.settings.base import BLOCKS, NETWORK_FIELDS, STAGES
from diarflow.settings.config import Settings, is_oracle
from diarflow.settings.corpora import Corpus
from diarflow.settings.documentation import schema_yaml
from diarflow.settings.reading import read_settings
from diarflow.settings.systems import System

__all__ = [
    "BLOCKS",
    "NETWORK_FIELDS",
    "STAGES",
    "Corpus",
    "Settings",
    "System",
    "is_oracle",
    "read_settings",
    "schema_yaml",
]
