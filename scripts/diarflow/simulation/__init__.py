"""Simulation of conversations from recordings of single speakers, with exact references."""
