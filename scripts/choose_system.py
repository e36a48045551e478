"""Rule choose_system: take the turns of the system with the least expected DER."""

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar, sidecar_path, write_sidecar
from diarflow.confidence.choice import choose
from diarflow.errors import InputError
from diarflow.formats.rttm import read_channels, write_channels
from diarflow.runs.job import Job

job = Job(snakemake)
systems, margin = job.settings["choose"], job.settings["margin"]


def choose_system(item):
    paths = dict(zip(systems, item.files("member_"), strict=True))
    estimates = dict(zip(systems, map(read_sidecar, item.files("estimate_")), strict=True))
    expected = {
        system: estimates[system].get("expected_der")
        for system, path in paths.items()
        if not failed_rule(path)
    }
    if not expected:
        raise InputError("no system of the choice has turns of this recording")
    chosen = choose(expected, margin)
    write_channels(item.output.rttm, item.id, read_channels(paths[chosen], len(item.channels)))
    given = read_sidecar(sidecar_path(paths[chosen])).get("speakers_given", False)
    write_sidecar(item.output.sidecar, chosen=chosen, expected_der=expected, speakers_given=given)


# A system that failed on a recording is not chosen.
job.each(choose_system, include_failed=True)
