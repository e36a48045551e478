"""Execution of jobs, and the progress, summary and usage of runs."""
