"""Execution of jobs, and the state of a run."""
