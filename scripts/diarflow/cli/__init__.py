"""Command line `diarflow`: thin entry points that write a configuration and start Snakemake."""
