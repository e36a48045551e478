"""Speaker changes scored with pyannote.metrics itself, for comparison with published figures."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from diarflow.scoring.change_coverage import Coverage
from diarflow.timeline.intervals import Seconds, Turn, intervals_by_speaker

if TYPE_CHECKING:
    from pyannote.core import Annotation


def to_annotation(turns: Iterable[Turn]) -> "Annotation":
    """Return turns as an annotation of pyannote.core. Overlapping or touching turns of one speaker are merged."""
    from pyannote.core import Annotation, Segment

    annotation = Annotation()
    for speaker, intervals in sorted(intervals_by_speaker(turns).items()):
        for start, end in intervals:
            annotation[Segment(start, end), speaker] = speaker
    return annotation


def pyannote_coverage(
    turns: Sequence[Turn], times: Iterable[Seconds], *, duration: Seconds, tolerance: Seconds = 0.5
) -> Coverage:
    """Return coverage and purity of the detected changes `times`, as pyannote.metrics 4.2 defines them.

    pyannote.metrics cuts the segments at each pause of the reference too. It fills pauses of one speaker that are
    shorter than `tolerance`.

    >>> turns = [Turn(0, 3, "Ann"), Turn(4, 6, "Bob")]
    >>> pyannote_coverage(turns, [], duration=6)  # the pause cuts
    Coverage(covered=5.0, pure=5.0, total=5.0)
    """
    from pyannote.core import Segment, Timeline
    from pyannote.metrics.segmentation import SegmentationPurityCoverageFMeasure

    borders = np.unique(np.clip([0.0, *times, duration], 0.0, duration)).tolist()
    segments = Timeline(Segment(*pair) for pair in pairwise(borders))
    metric = SegmentationPurityCoverageFMeasure(tolerance=tolerance)
    components = metric.compute_components(
        to_annotation(turns).crop(Segment(0.0, duration)), segments
    )
    names = ("cvg intersection duration", "pty intersection duration", "cvg total duration")
    return Coverage(*(components[name] for name in names))
