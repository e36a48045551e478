"""Who speaks when: the functions behind the rules. Nothing here knows Snakemake but `jobs`."""
