"""Sessions of planning in this process: a folder with a corpus, and the workflow object that Snakemake passes."""

import copy
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile
import yaml
from snakemake.iocontainers import Wildcards
from snakemake.utils import update_config

from diarflow.planning.file_states import scan_again
from diarflow.planning.reference_digests import file_digests
from diarflow.planning.session import Session
from diarflow.progress import context
from diarflow.runs import locks
from diarflow.settings.files import DEFAULTS

DEFAULT_CONFIG = yaml.load(DEFAULTS.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
TURN = "SPEAKER {} 1 1.0 2.0 <NA> <NA> x <NA> <NA>\n"
_sessions: list[Session] = []  # since the last end of a run

# an overlay with a system that embeds its windows one by one
WINDOWS = {"systems": {"windows": {
    "speech": "segmentation", "changes": "none", "overlap": "segmentation", "embedding": "campplus",
    "clustering": "vbx", "turns": "activations",
}}}  # fmt: skip


def workflow(*, is_main_process=True, is_run=True, uses_conda=False, configfiles=()):
    """Return the parts of Snakemake's workflow that planning reads: of a run, a dry run or the process of a job."""
    return SimpleNamespace(
        is_main_process=is_main_process,
        executor_plugin="local",
        dryrun=not is_run,
        configfiles=[],
        overwrite_configfiles=[Path(file) for file in configfiles],
        config_settings=SimpleNamespace(overwrite_config={}),
        deployment_settings=SimpleNamespace(deployment_method={"conda"} if uses_conda else set()),
    )


def open_session(overlay, **options):
    """Return a session of the defaults with an overlay, which is written to `my.yaml` in the present folder."""
    Path("my.yaml").write_text(yaml.safe_dump(overlay))
    Path(".snakemake").mkdir(exist_ok=True)
    config = copy.deepcopy(DEFAULT_CONFIG)
    update_config(config, overlay)
    made = workflow(configfiles=["my.yaml"], **options)
    made.config_settings.overwrite_config = overlay
    scan_again()
    file_digests.cache_clear()
    session = Session(made, config)
    _sessions.append(session)
    return session


def end_run():
    """Do what the end of the process does: release the lock, remove scratch folders and forget the plan."""
    for descriptor in locks._open_locks:
        os.close(descriptor)
    locks._open_locks.clear()
    for session in _sessions:
        if scratch := vars(session.folder).get("_scratch"):
            scratch.cleanup()
    _sessions.clear()
    context.current = context.RunContext()


def write_corpus(*ids, calls=(), references=True, seconds=0.1):
    """Write audio files, one RTTM file for all, and `c.tsv` with a row for each; return the corpus."""
    samples = np.zeros((round(seconds * 16_000), 2), np.int16)
    rows = []
    for id in [*ids, *calls]:
        soundfile.write(f"{id}.wav", samples if id in calls else samples[:, 0], 16_000)
        reference = "all.rttm" if references else ""
        rows.append(f"{id}\t{id}.wav\t{'each' if id in calls else 'mix'}\t{reference}\n")
    lines = [TURN.format(id) for id in ids]
    lines += [TURN.format(id).replace(" 1 ", f" {number} ", 1) for id in calls for number in (1, 2)]
    Path("all.rttm").write_text("".join(lines))
    Path("c.tsv").write_text("recording\taudio\tchannel\treference\n" + "".join(rows))
    return {"name": "c", "recordings": "c.tsv", "systems": ["classic"]}


def job_of(session, rule, recording="", **values):
    """Return the batch of the job that makes the results of a recording for these wildcards, and the wildcards."""
    wildcards = Wildcards(fromdict=values | ({"recording": recording} if recording else {}))
    batches = [
        batch
        for batch in session.batches(rule)
        if batch.is_wildcard or (batch.values == values and recording in batch.recordings)
    ]
    (batch,) = batches
    return batch, wildcards


def evaluated(value, wildcards):
    """Return the files that Snakemake makes of an input: the result of a function, or a pattern with its wildcards."""
    files = value(wildcards) if callable(value) else value
    files = [files] if isinstance(files, str) else files
    return [file.format(**dict(wildcards.items())) for file in files]
