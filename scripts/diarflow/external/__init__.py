"""Systems that are other programs: their command lines, processes and results."""
