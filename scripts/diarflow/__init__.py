"""Speaker diarization of corpora: the code that the rules, their scripts and the command line call."""
