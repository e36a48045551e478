"""Numbers of speakers in references and hypotheses: the table speaker_counts.csv."""

import pandas as pd

COLUMNS = [
    "corpus", "system", "speakers_given", "reference_speakers", "hypothesis_speakers", "recordings",
]  # fmt: skip


def tabulate_speaker_counts(scores: pd.DataFrame) -> pd.DataFrame:
    """Return how many recordings have each pair of reference and hypothesis speaker counts.

    `scores` has a row for each recording, system and protocol. The counts are equal under all protocols.
    """
    full = scores[scores["protocol"] == "full"]
    counts = full.groupby(COLUMNS[:-1], sort=True).size()
    return counts.rename("recordings").reset_index()[COLUMNS]
