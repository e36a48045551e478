"""Write the picture of the live table in README.md.

python -m docs.live_table STATE > docs/images/progress.svg

STATE is a copy of `.snakemake/diarflow.progress.json`, made while a run was at work.
"""

import io
import json
import re
import sys
from pathlib import Path

from rich.console import Console

from diarflow.progress.counts import RunProgress
from diarflow.progress.table import progress_table

_WIDTH = 100  # columns


def picture(run: RunProgress) -> str:
    """Return the table as SVG, in the fonts of the reader."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(progress_table(run, _WIDTH))
    svg = console.export_svg(title="diarflow run", unique_id="diarflow")
    # the fonts are on a server, which a picture must not call
    return re.sub(r"@font-face {.*?}\n", "", svg, flags=re.S)


def main() -> None:
    content = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(picture(RunProgress.from_values(content["progress"])))


if __name__ == "__main__":
    main()
