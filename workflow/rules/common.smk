"""
Settings, recordings and plan of the run, for all other rule files. No rules.

in   config.yaml and the files that --configfile adds; the tables of recordings
out  results/{corpus}/plan.jsonl   plan file: what the table holds for each recording
     results/{corpus}/recordings.tsv                       recording ids, names, audio files
"""

import os
import sys
import time
from importlib.util import find_spec

from snakemake.exceptions import WorkflowError

STARTED = time.time()
SCRIPTS = workflow.current_basedir.join("../../scripts").get_path_or_uri(
    secret_free=True
)
# Jobs import the package from the folder of their script, if it is not installed.
if find_spec("diarflow") is None:
    sys.path.append(os.path.abspath(SCRIPTS))

try:
    from diarflow.platforms import platform_problem

    if problem := platform_problem():
        raise WorkflowError(problem)
    from diarflow.planning import python_start

    python_start.forget_current_folder(workflow.main_snakefile)
    from diarflow.errors import InputError, summarized, visible
    from diarflow.planning.aggregation import scaled_with_attempts
    from diarflow.planning.fetched_models import fetched_path
    from diarflow.planning.link_scores import score_tables
    from diarflow.planning.session import Session, check_package, check_storage
    from diarflow.prefix import module_prefix, set_prefix
    from diarflow.planning.report_content import asset_files, data_files, network_cards
    from diarflow.runs.attempts import export_retries
    from diarflow.runs.run_facts import export_run_facts
    from diarflow.runs.summary import earlier_failure_lines
except ModuleNotFoundError as error:
    raise WorkflowError(
        f"{error}: install what diarflow needs into the environment of Snakemake: pip install diarflow, or make run in a checkout"
    ) from None

try:
    check_package(SCRIPTS)
    check_storage(workflow.storage_settings)
    set_prefix(module_prefix(workflow.modifier.path_modifier))
    python_start.apply()
    session = Session(workflow, config)
except InputError as error:
    raise WorkflowError(str(error)) from None
settings, plan, batches = session.settings, session.plan, session.batches
aggregation = session.aggregation
NO_SYSTEM = "^$"  # of a rule that runs no system
# prepared audio
if settings.audio_format == "wav":
    AUDIO = "results/{corpus}/audio/{recording}.wav"
else:
    AUDIO = "results/{corpus}/audio/{recording}.flac"

if workflow.is_main_process:
    for line in [
        *summarized(map(visible, session.warnings)),
        *map(visible, earlier_failure_lines(plan.failures())),
    ]:
        print(line, file=sys.stderr)


wildcard_constraints:
    corpus="(?!report/)[A-Za-z0-9][A-Za-z0-9_-]*",
    recording="[^/]+",
    network="[a-z0-9-]+",
    training="[a-z0-9-]+",
    tuning="[a-z0-9-]+",
    plda="[a-z0-9-]+",
    calibrator="[a-z0-9-]+",
    speech="[a-z0-9-]+",
    changes="[a-z0-9-]+",
    overlap="[a-z0-9-]+",
    embedding="[a-z0-9-]+",
    clustering="[a-z0-9-]+",
    system="[a-z0-9-]+",


onstart:
    export_retries(workflow)
    export_run_facts(STARTED)
    session.folder.prepare(is_started=True)
