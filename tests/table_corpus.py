"""Corpora from tables in tests."""

from diarflow.settings import Corpus


def source(**fields):
    """Return a corpus that is not validated: it may have no source of recordings."""
    return Corpus.model_construct(**{"name": "c"} | fields)
