"""Error rates of hypotheses and of change detectors, with their statistics."""
