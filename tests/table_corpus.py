"""Corpora from tables in tests."""

from types import SimpleNamespace


def source(**fields):
    defaults = {"name": "c", "recordings": None, "audio": None, "channel": "mix", "track": None}
    defaults |= {
        "reference": None,
        "uem": None,
        "simulate": None,
        "annotations": None,
        "channel_speakers": None,
    }
    defaults |= {"protocol": None, "subset": None}
    defaults |= {"num_speakers": None, "min_speakers": None, "max_speakers": None}
    return SimpleNamespace(**defaults | fields)
