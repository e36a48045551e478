"""Agglomerative linking: all pairs of voices are held in memory. The number of people can be given or bounded."""

import logging

import numpy as np

from diarflow.linking.ahc import agglomerate
from diarflow.linking.pairs import Constraints, Link, Pairs, calibrate, logit
from diarflow.linking.plda_scores import Scorer


def load(
    *,
    threshold: float,
    prior: float,
    num_people: int | None,
    min_people: int,
    max_people: int | None,
) -> Link:
    low, high = (num_people, num_people) if num_people else (min_people, max_people)

    def link(scorer: Scorer, pairs: Pairs, constraints: Constraints) -> np.ndarray:
        voices = np.arange(len(scorer.vectors))
        log_odds = calibrate(scorer.of_blocks(voices, voices), prior)
        people = agglomerate(log_odds, constraints, threshold=logit(threshold), low=low, high=high)
        if high is not None and (count := people.max(initial=-1) + 1) > high:
            logging.warning(
                "the speakers cannot be linked to %d people, because of pairs of different people: %d",
                high,
                count,
            )
        return people

    return link
