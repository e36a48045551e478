"""Execution of jobs, and the summary and usage of runs."""
