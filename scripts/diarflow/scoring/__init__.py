"""Error rates and their statistics."""
