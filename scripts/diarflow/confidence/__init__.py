"""Confidence of a system on a recording, without a reference.

The turns are cut into pieces, and each piece gets evidence: numbers that lie near 1 if its label is right. A calibrator,
trained on recordings with references, maps the evidence to probabilities.
"""
