"""Shards: parts of each corpus that are run on their own, such as the third hundredth.

The shard of a recording follows from its name alone, so that it stays the same when recordings are added.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from diarflow.atomic import atomic_write
from diarflow.digests import versions
from diarflow.errors import InputError
from diarflow.planning.recording import Recording
from diarflow.prefix import prefixed
from diarflow.settings import Settings

SHARD_FILE = Path("results/records/shard.json")


class Shard(NamedTuple):
    """The shards that a run processes: their numbers, from 1, of so many."""

    numbers: frozenset[int]
    total: int

    def contains(self, recording: Recording) -> bool:
        """Return whether a recording belongs to these shards. The channels of a call have its shard."""
        return shard_number(recording.call or recording.id, self.total) in self.numbers


def parse_shard(text: str) -> Shard:
    """Return the shards that the setting `shard` names.

    >>> parse_shard("3/100")
    Shard(numbers=frozenset({3}), total=100)
    """
    numbers, _, count = text.partition("/")
    return Shard(frozenset(map(int, numbers.split(","))), int(count))


def shard_number(id: str, count: int) -> int:
    """Return the number of the shard of a recording, from 1 to `count`.

    >>> [shard_number(id, 4) for id in ("ES2003a", "ES2003b", "ES2003c")]
    [1, 3, 4]
    """
    # not the digest of `batch_index`: else the recordings of a shard would share few batches
    digest = hashlib.sha256(f"shard {id}".encode()).hexdigest()
    return int(digest[:12], 16) % count + 1


def of_shard(
    settings: Settings, recordings: Iterable[Recording]
) -> tuple[Settings, list[Recording]]:
    """Return the recordings of the shards that a run processes, and the settings without corpora that have none of them.

    Raises InputError if no recording is left.
    """
    recordings = list(recordings)
    if settings.shard is None:
        return settings, recordings
    shard = parse_shard(settings.shard)
    chosen = [recording for recording in recordings if shard.contains(recording)]
    names = {recording.corpus for recording in chosen}
    if not names:
        raise InputError(
            f"shard {settings.shard}: has none of the {len(recordings)} recordings, expected fewer shards"
        )
    corpora = [corpus for corpus in settings.corpora if corpus.name in names]
    return settings.model_copy(update={"corpora": corpora}), chosen


def write_shard(
    text: str | None, removed: Collection[str] = (), scores: Collection[str] = ()
) -> None:
    """Write which shard lies in this folder, for `diarflow gather`; remove an earlier file if it is no shard.

    `removed` are the products whose files are removed after their last use. `scores` are the paths of all scores of the
    present recordings and systems.
    """
    file = Path(prefixed(SHARD_FILE))
    if text is None:
        file.unlink(missing_ok=True)
        return
    values = {"shard": text, "version": versions("diarflow")["diarflow"], "scores": list(scores)}
    content = json.dumps(values | ({"removed": sorted(removed)} if removed else {})) + "\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != content:
        with atomic_write(file) as temporary:
            temporary.write_text(content, encoding="utf-8")
