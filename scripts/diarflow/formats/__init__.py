"""Formats of turns and scored extents, one module per format. `recognition` is their registry."""
