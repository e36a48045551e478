"""Two defaults of Python and Snakemake that cost plans of thousands of recordings much of their time.

Neither changes what is planned. bench/planning.md has what a plan takes.
"""

import gc
from functools import lru_cache

KEPT = 1024  # records; a batch of a hundred has two or three hundred results


def hasten() -> None:
    """Make plans of many files faster, in this process.

    A plan makes millions of objects that stay: to look through all of them for garbage again and again is in
    vain. And Snakemake looks at the record of each result of a job four times, in turns, but keeps the last 128 that
    it read: a job with more results reads all of its records each time. Where a later Snakemake does that in another
    way it is left alone.
    """
    gc.set_threshold(20_000, 20, 100)
    from snakemake.persistence.file import FilePersistence

    read = getattr(FilePersistence, "_read_record_cached", None)
    if hasattr(read, "cache_parameters") and (read.cache_parameters()["maxsize"] or KEPT) < KEPT:
        FilePersistence._read_record_cached = lru_cache(KEPT)(read.__wrapped__)
