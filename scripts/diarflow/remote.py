"""Locations of files on servers and in object storage. This module imports no library, because planning uses it."""

import re
from urllib.parse import unquote, urlsplit

# the storage plugin of Snakemake for each kind of location; "" for those that need none
PLUGINS = {"https": "", "http": "", "s3": "s3", "gs": "gcs", "az": "azure"}
_LOCATION = re.compile(rf"({'|'.join(PLUGINS)})://", re.IGNORECASE)


def is_remote(location: str) -> bool:
    """Return whether a location is a URL rather than a path.

    >>> is_remote("s3://bucket/a.wav"), is_remote("data/a.wav")
    (True, False)
    """
    return _LOCATION.match(location) is not None


def scheme(location: str) -> str:
    """Return the scheme of a URL in lower case."""
    return location.partition(":")[0].lower()


def shown_location(location: str) -> str:
    """Return a location for messages and results: a URL without its query, which may contain a signature.

    >>> shown_location("https://example.org/a.wav?token=secret"), shown_location("data/a?.wav")
    ('https://example.org/a.wav', 'data/a?.wav')
    """
    if not is_remote(location):
        return location
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def location_problem(location: str) -> str:
    """Return why a URL is not accepted, or ""."""
    parts = urlsplit(location)
    if "@" in parts.netloc:
        return "contains a user or a password, expected them in ~/.netrc or the environment"
    return "" if parts.netloc and parts.path.strip("/") else "names no file"


def file_name(location: str) -> str:
    """Return the name of the file at a URL.

    >>> file_name("https://example.org/calls/Frau%20M.wav?token=x")
    'Frau M.wav'
    """
    return unquote(urlsplit(location).path.rstrip("/").rpartition("/")[2])
