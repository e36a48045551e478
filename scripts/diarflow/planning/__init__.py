"""Planning: from settings and tables to the jobs of a run."""
