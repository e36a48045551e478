"""Transcripts of other tools: their words, the speakers of the words, and cues of subtitles."""
