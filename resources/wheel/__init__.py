"""Speaker diarization of corpora. The wheel installs this file as `diarflow/__init__.py`, beside the files of a checkout.

The modules of the package are in `scripts/diarflow`, beside the scripts of the rules: jobs in conda environments import
them from there.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parent / "scripts" / "diarflow")]
