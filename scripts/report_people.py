"""Rule report_people: page of the people of a system in a link group."""

from diarflow.formats.rttm import read_turns
from diarflow.linking.people_table import read_people
from diarflow.report.link_section import link_scores
from diarflow.report.people_page import people_of, sample_of, write_people_page
from diarflow.runs.job import job_settings

settings = job_settings(snakemake)
system, titles = settings["system"], settings["titles"]
people = people_of(
    (corpus, titles[corpus][row["recording"]][0], row)
    for corpus in titles
    for row in read_people(f"results/{corpus}/speakers/{system}.parquet")
)
samples = {}
for person in people:
    for place in person.appearances:
        turns = read_turns(f"results/{place.corpus}/linked/{system}/{place.recording}.rttm")
        if stretch := sample_of(turns, person.name):
            if folder := titles[place.corpus][place.recording][1]:
                suffix = settings.get("audio_format", "wav") if folder == "audio" else "wav"
                audio = f"results/{place.corpus}/{folder}/{place.recording}.{suffix}"
                samples[person.name] = (audio, *stretch)
            break
scores = [row for row in link_scores(snakemake.input.scores) if row["system"] == system]
write_people_page(
    snakemake.output.page, people, samples, group=settings["group"], system=system, scores=scores
)
