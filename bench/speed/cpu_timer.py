"""CPU time of parts of a computation, measured by wrapping the functions that do them."""

import time
from collections import Counter

CpuSeconds = Counter[str]


def measure_calls(owner, name: str, cpu: CpuSeconds, part: str) -> None:
    """Replace a function of a module or class by one that adds its CPU time to that of `part`."""
    function = getattr(owner, name)

    def measured(*args, **kwargs):
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            cpu[part] += time.process_time() - start

    setattr(owner, name, measured)
