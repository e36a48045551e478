"""Check of the operating system. This module imports nothing that Windows lacks."""

import sys

ON_WINDOWS = (
    "diarflow does not run on Windows itself: it needs the file locks and processes of Linux or macOS. "
    "Use WSL: enter `wsl --install` in PowerShell, and install diarflow in the Linux that it starts "
    "(https://learn.microsoft.com/windows/wsl/install)"
)


def platform_problem() -> str:
    """Return why diarflow cannot run on this operating system, or ""."""
    return ON_WINDOWS if sys.platform in ("win32", "cygwin") else ""
