"""Fusion of the hypotheses of several systems."""
