"""Files that say who speaks when: RTTM, annotation CSV, UEM. One module a format."""
