"""Text formats of turns and scored extents: RTTM, annotation CSV, UEM. One module per format."""
