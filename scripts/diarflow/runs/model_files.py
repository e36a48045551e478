"""Files of models from a URL or from Hugging Face, verified by their SHA-256."""

import hashlib
import os
import shutil
from pathlib import Path

from diarflow.atomic import atomic_write
from diarflow.embedding.pyannote import check_digest
from diarflow.errors import InputError
from diarflow.remote import shown_location
from diarflow.runs.remote_files import fetched


def fetch_model(
    target, *, url: str | None, hub: str | None, file: str, revision: str, sha256: str | None, token: str | None
) -> None:  # fmt: skip
    """Write the file at `url`, or `file` of the repository `hub`, to `target`.

    Raises InputError if it cannot be fetched or has another SHA-256. The token appears in no message.
    """
    if url:
        with fetched(url, target) as copy:
            _keep(copy, target, sha256, shown_location(url))
    elif hub:
        copy = _fetch_from_hub(hub, file, revision, token)
        check_digest(Path(copy))
        _keep(copy, target, sha256, f"{hub}/{file}")


def _keep(copy: str, target, sha256: str | None, source: str) -> None:
    """Copy a fetched file to its place, with the present time."""
    with open(copy, "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if sha256 and digest != sha256:
        raise InputError(f"{source}: SHA-256 is {digest}, expected {sha256}")
    with atomic_write(target) as temporary:
        shutil.copyfile(copy, temporary)


def _fetch_from_hub(hub: str, file: str, revision: str, token: str | None) -> str:
    """Return the path of a file in the cache of Hugging Face."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from huggingface_hub import hf_hub_download

    try:
        return str(hf_hub_download(repo_id=hub, filename=file, revision=revision, token=token))
    except Exception as error:
        reason = str(error).replace(token, "***") if token else str(error)
        raise InputError(f"{hub}/{file}: cannot be fetched ({reason})") from None
