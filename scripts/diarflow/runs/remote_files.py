"""Remote files of jobs: each is fetched to a file beside the output of the job, and removed when it has been read.

Files of https are fetched with requests, because Snakemake's storage plugin for it neither resumes a transfer nor ends
one that stalls. Object storage is read through the storage plugins.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.atomic import UNFINISHED_PREFIX, make_folder
from diarflow.errors import InputError, visible
from diarflow.remote import PLUGINS, file_name, is_remote, scheme, shown_location

ATTEMPTS = 5  # in turn without any new byte
CONNECT_SECONDS, STALL_SECONDS = 20.0, 60.0
WAIT_SECONDS = 1.0  # before the second attempt; doubles with each attempt
_MOST_SECONDS = 60.0  # of such a wait
_BLOCK = 1 << 16  # a transfer that fails loses less than a block
_TEMPORARY = {408, 425, 429}  # states of HTTP below 500 after which a request may be repeated
_LOGGER = logging.getLogger(__name__)


@contextmanager
def fetched(location: str, beside) -> Iterator[str]:
    """Yield the path of a local file, or of a copy of a remote one, which lies in the folder of `beside` and is removed.

    The copy has the modification time of the remote file, and messages about it name the location.
    Raises InputError if the file cannot be fetched.
    """
    if not is_remote(location):
        yield location
        return
    ending = os.path.splitext(file_name(location))[1][:10]
    copy = Path(beside).with_name(f"{UNFINISHED_PREFIX}{Path(beside).name}.source{ending}")
    make_folder(copy.parent)
    try:
        _fetch(location, copy)
        yield str(copy)
    except InputError as error:
        text = str(error).replace(visible(copy), shown_location(location))
        raise InputError(text) from error.__cause__
    finally:
        copy.unlink(missing_ok=True)


def _fetch(location: str, target: Path) -> None:
    start = time.monotonic()
    time_of_file = (
        _fetch_url(location, target)
        if not PLUGINS[scheme(location)]
        else _fetch_object(location, target)
    )
    os.utime(target, (time_of_file, time_of_file))
    size, seconds = target.stat().st_size, time.monotonic() - start
    _LOGGER.info("fetched %s: %d bytes in %.1f s", shown_location(location), size, seconds)


class _TransferError(Exception):
    """A transfer that may be repeated. `wait` are the seconds that the server asks for."""

    def __init__(self, reason: str, wait: float = 0.0):
        super().__init__(reason)
        self.wait = wait


class _Version(NamedTuple):
    """Version of a file on a server, to resume a transfer of the same content only."""

    etag: str = ""
    modified: str = ""

    @property
    def validator(self) -> str:
        """Value of If-Range; "" if the server gives none that identifies the content."""
        return self.modified if self.etag.startswith("W/") else self.etag or self.modified


def _fetch_url(url: str, target: Path) -> float:
    """Write the file at a URL to `target`, and return its modification time; 0 if the server gives none."""
    import requests

    attempt = 0
    target.touch()
    with requests.Session() as session:
        transfer = _Transfer(session, url, target)
        while True:
            before = target.stat().st_size
            try:
                transfer.run()
                break
            except (requests.RequestException, _TransferError) as error:
                attempt = 1 if target.stat().st_size > before else attempt + 1
                _wait_or_raise(url, error, attempt)
    try:
        return parsedate_to_datetime(transfer.version.modified).timestamp()
    except ValueError:
        return 0.0


def _wait_or_raise(location: str, error: Exception, attempt: int) -> None:
    """Wait before the next attempt; after the last one raise InputError."""
    reason = str(error) if isinstance(error, _TransferError) else type(error).__name__
    shown = shown_location(location)
    if attempt >= ATTEMPTS:
        raise InputError(f"{shown}: could not be fetched in {attempt} attempts: {reason}")
    wait = min(max(WAIT_SECONDS * 2 ** (attempt - 1), getattr(error, "wait", 0.0)), _MOST_SECONDS)
    _LOGGER.warning("%s: %s; attempt %d in %.0f s", shown, reason, attempt + 1, wait)
    time.sleep(wait)


class _Transfer:
    """Transfer of a file from a server. A further run continues it, if the file has not changed."""

    def __init__(self, session: Any, url: str, target: Path):
        self._session, self._url, self._target = session, url, target
        self.version = _Version()

    def run(self) -> None:
        """Write the rest of the file to the target, or all of it if it has changed."""
        done = self._target.stat().st_size if self.version.validator else 0
        headers = {"Accept-Encoding": "identity"}
        if done:
            headers |= {"Range": f"bytes={done}-", "If-Range": self.version.validator}
        limits = CONNECT_SECONDS, STALL_SECONDS
        with self._session.get(self._url, headers=headers, stream=True, timeout=limits) as response:
            done = _resumed_at(response, done, self._url)
            given = response.headers
            self.version = _Version(given.get("ETag", ""), given.get("Last-Modified", ""))
            total = _total(response, done)
            with open(self._target, "r+b") as file:
                file.truncate(done)
                file.seek(done)
                for block in response.iter_content(_BLOCK):
                    file.write(block)
                size = file.tell()
        if total is not None and size != total:
            raise _TransferError(f"{size} of {total} bytes arrived")


def _resumed_at(response: Any, done: int, url: str) -> int:
    """Return the first byte of a response: `done`, or 0 if it contains the whole file."""
    status = response.status_code
    if status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
        return done
    if status == 200:
        return 0
    text = f"HTTP {status} {response.reason or ''}".rstrip()
    if status in _TEMPORARY or status >= 500:
        wait = response.headers.get("Retry-After", "")
        raise _TransferError(text, float(wait) if wait.isdecimal() else 0.0)
    if status in (206, 416):
        raise _TransferError(f"{text} for byte {done}")
    raise InputError(f"{shown_location(url)}: {text}")


def _total(response: Any, done: int) -> int | None:
    """Return the size of the whole file; None if the server does not give it."""
    length = response.headers.get("Content-Length", "")
    return done + int(length) if length.isdecimal() else None


def _fetch_object(location: str, target: Path) -> float:
    """Write an object to `target` through a storage plugin, and return its modification time."""
    attempt = 0
    while True:
        try:
            item = storage_object(location, target)
            before = item.size(), item.mtime()
            item.retrieve_object()
            after, size = (item.size(), item.mtime()), target.stat().st_size
            if before != after:
                raise _TransferError("changed while it was fetched")
            if size != after[0]:
                raise _TransferError(f"{size} of {after[0]} bytes arrived")
            return after[1]
        except OSError as error:
            if error.filename and Path(error.filename).parent == target.parent:
                raise  # the disk, not the server
            failure: Exception = error
        except Exception as error:  # each library has its own
            failure = error
        attempt += 1
        if _is_permanent(failure):
            raise InputError(f"{shown_location(location)}: {_reason(failure)}")
        _wait_or_raise(location, _TransferError(_reason(failure)), attempt)


def _reason(error: Exception) -> str:
    """Return the reason of an error without the request, whose query may contain credentials."""
    code = (getattr(error, "response", None) or {}).get("Error", {}) if _has_response(error) else {}
    if code:
        return f"{code.get('Code', '')} {code.get('Message', '')}".strip()
    return str(error) if isinstance(error, _TransferError) else type(error).__name__


def _has_response(error: Exception) -> bool:
    return isinstance(getattr(error, "response", None), dict)


def _is_permanent(error: Exception) -> bool:
    """Return whether an object does not exist or may not be read."""
    if _has_response(error):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)  # type: ignore[attr-defined]
        return 400 <= status < 500 and status not in _TEMPORARY
    status = getattr(error, "code", None) or getattr(error, "status_code", None)
    return isinstance(status, int) and 400 <= status < 500 and status not in _TEMPORARY


def storage_object(location: str, target: Path) -> Any:
    """Return the object of a storage plugin, with the settings of the plugin's environment variables."""
    from dataclasses import fields
    from importlib import import_module

    name = PLUGINS[scheme(location)]
    plugin = import_module(f"snakemake_storage_plugin_{name}")
    values = {
        field.name: os.environ[variable]
        for field in fields(plugin.StorageProviderSettings)
        if (variable := f"SNAKEMAKE_STORAGE_{name}_{field.name}".upper()) in os.environ
    }
    provider = plugin.StorageProvider(
        local_prefix=target.parent,
        logger=_LOGGER,
        settings=plugin.StorageProviderSettings(**values),
    )
    item = plugin.StorageObject(query=location, keep_local=False, retrieve=True, provider=provider)
    item.set_local_path(target)
    return item
