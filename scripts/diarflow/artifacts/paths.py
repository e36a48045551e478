"""Paths of artifacts: `results/{corpus}/{product}/{variant}/{recording}{suffix}`.

A product without variants has no folder for one.
"""

from pathlib import Path
from typing import NamedTuple


class ArtifactPath(NamedTuple):
    """Parts of the path of an artifact. `variant` may be empty, or several folders deep."""

    corpus: str
    product: str
    variant: str
    recording: str


def parse_artifact_path(path) -> ArtifactPath | None:
    """Split the path of an artifact into its parts; None for a path that is not below results/{corpus}/{product}.

    >>> parse_artifact_path("results/ami/speech/webrtc/ES2003a.parquet")
    ArtifactPath(corpus='ami', product='speech', variant='webrtc', recording='ES2003a')
    >>> parse_artifact_path("results/ami/audio/ES2003a.wav").variant
    ''
    >>> parse_artifact_path("results/ami/der.csv")
    """
    parts = Path(path).parts
    if len(parts) < 4 or parts[0] != "results":
        return None
    return ArtifactPath(parts[1], parts[2], "/".join(parts[3:-1]), Path(path).stem)
