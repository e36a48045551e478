"""Corpora from tables in tests."""

from types import SimpleNamespace

from diarflow.settings import Corpus


def source(**fields):
    """Return a corpus with the defaults of the settings. It may be changed, and have no source of recordings."""
    defaults = Corpus.model_construct(name="c")
    return SimpleNamespace(**{key: getattr(defaults, key) for key in Corpus.model_fields} | fields)
