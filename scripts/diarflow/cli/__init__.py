"""Command line `diarflow`: thin entry points that write a configuration and start Snakemake."""

CONFIG = "config/config.yaml"  # of a folder that `diarflow init` or snakedeploy made
