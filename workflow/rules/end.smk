"""
End of a run: summary on the terminal, and exit status. No rules.

in   results/report/der.csv, results/{corpus}/rttm, results/{corpus}/failures
"""

import atexit

from diarflow.runs.annotation_summary import annotation_lines
from diarflow.runs.audio_summary import audio_lines
from diarflow.runs.linking_summary import linking_lines
from diarflow.runs.recording_summary import files_by_recording, recording_lines
from diarflow.runs.removal import remove_files
from diarflow.runs.run_end import RunEnd
from diarflow.runs.tuning_summary import tuning_lines

run_end = RunEnd(
    workflow,
    corpora=plan.systems,
    failures=plan.failures,
    counts=lambda: [
        *recording_lines(files_by_recording(plan), plan.failures(), start=STARTED),
        *linking_lines(
            (
                (group.corpora[0], system)
                for group in plan.link_groups
                for system in group.systems
            ),
            since=STARTED,
        ),
        *tuning_lines(
            {name: search.system for name, search in settings.tuning.items()},
            snakefile=workflow.main_snakefile,
            configfiles=workflow.overwrite_configfiles,
            lists_systems=any(corpus.systems for corpus in settings.corpora),
            since=STARTED,
        ),
    ],
    notes=lambda: [
        *audio_lines(
            plan.paths("audio", "prepare_audio", ".json"),
            plan.calls.call_of_sidecar("audio"),
        ),
        *annotation_lines(
            plan.paths("reference", "prepare_reference", ".json", scored=True),
            plan.paths("rttm", "import_rttm", ".json"),
            plan.calls.call_of_sidecar("reference"),
            plan.paths("words", "assign_words", ".parquet"),
        ),
    ],
    remove=lambda: remove_files(plan, workflow.dag.derived_targetfiles),
    accept_failures=settings.on_error == "accept",
    start=STARTED,
)
atexit.register(run_end.at_exit)


onsuccess:
    run_end.on_success()


onerror:
    run_end.on_error()
