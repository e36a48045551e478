"""Time intervals, turns, and operations on them."""
