"""The report of `sample_front_page`, with people in place of the speakers of one system."""

from pathlib import Path

import pandas as pd
from sample_front_page import SECONDS, write_front_page

from diarflow.linking.evaluation import COLUMNS
from diarflow.linking.link import LinkedSpeaker
from diarflow.linking.people_table import write_people
from diarflow.scoring.totals import write_csv

NAMES = {"speaker0": "Ann_O'Neil", "speaker1": "PERSON_0001"}


def write_linked_report():
    """Write a report in which the speakers of the system `ours` of the corpus `talk` are linked."""
    people = [
        LinkedSpeaker(("talk", recording, speaker), person, 0.9, 5.0, ())
        for recording in SECONDS
        for speaker, person in NAMES.items()
    ]
    table = Path("results/talk/speakers/ours.parquet")
    table.parent.mkdir(parents=True)
    write_people(table, people)
    row = dict.fromkeys(COLUMNS, 50.0) | {"link": "talk", "corpus": "talk", "system": "ours"}
    rows = [row | {"cross_der": 12.5, "known_named": None}, row | {"corpus": "ALL"}]
    scores = Path("results/report/linking/talk.csv")
    scores.parent.mkdir(parents=True)
    write_csv(scores, pd.DataFrame(rows, columns=list(COLUMNS)))
    return write_front_page(
        linked={"talk": ["ours"]},
        linking=[str(scores)],
        people=["results/report/people/talk.ours.html"],
    )
