"""Progress of a run: counts of its recordings by stage, their display, and the file that `diarflow state` reads."""
