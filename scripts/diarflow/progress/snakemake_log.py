"""Snakemake's own log on the terminal, for dry runs and on request."""

import logging
import sys
from typing import Any


def snakemake_handler(settings: Any) -> logging.Handler:
    """Return Snakemake's own handler for the terminal."""
    from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter

    return ColorizingTextHandler(
        nocolor=settings.nocolor,
        stream=sys.stdout if settings.stdout else sys.stderr,
        formatter=DefaultFormatter(settings.quiet, settings.show_failed_logs),
        filter=DefaultFilter(
            settings.quiet,
            settings.debug_dag,
            settings.verbose,
            settings.dryrun,
            settings.printshellcmds,
        ),
    )
