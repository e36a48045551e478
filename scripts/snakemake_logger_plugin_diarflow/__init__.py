"""Plugin for Snakemake: the logger `diarflow`, which the profiles enable (`logger: diarflow`).

Snakemake finds the plugin by the name of this package, and imports it whenever it starts.
"""

from diarflow.progress.handler import LogHandler, LogHandlerSettings

__all__ = ["LogHandler", "LogHandlerSettings"]
