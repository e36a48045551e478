"""Time intervals, turns, frames, and operations on them.

All times are seconds. Intervals are half-open: [start, end).
"""
