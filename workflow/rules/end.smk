"""
End of a run: summary on the terminal, and exit status. No rules.

in   results/report/der.csv, results/{corpus}/rttm, results/{corpus}/failures
"""

import atexit

from diarflow.runs.annotation_summary import annotation_lines
from diarflow.runs.audio_summary import audio_lines
from diarflow.runs.run_end import RunEnd

run_end = RunEnd(
    workflow,
    corpora=plan.systems,
    failures=plan.failures,
    notes=lambda: [
        *audio_lines(plan.paths("audio", "prepare_audio", ".json")),
        *annotation_lines(
            plan.paths("reference", "prepare_reference", ".json", scored=True),
            plan.paths("rttm", "import_rttm", ".json"),
        ),
    ],
    accept_failures=settings.on_error == "accept",
    start=STARTED,
)
atexit.register(run_end.at_exit)


onsuccess:
    run_end.on_success()


onerror:
    run_end.print_summary()
