"""
The end of a run: what it made, what was set aside, and its exit status. No rules.

in   results/{corpus}/failures
"""

import atexit
import os

from diarflow.runs.summary import failure_lines, made_lines

FOLDER = os.getcwd()  # Snakemake leaves it before Python ends


def conclude():
    """Tell a person at the end of a run what it made, and what was set aside; whether all is well."""
    corpora = [corpus.name for corpus in settings.corpora]
    failures = list(plan.failures())
    for line in [*made_lines(corpora, since=STARTED), *failure_lines(failures)]:
        print(line, file=sys.stderr)
    return not failures or settings.on_error == "accept"


@atexit.register
def conclude_where_nothing_was_to_be_done():
    """Snakemake calls no hook then, and ends with 0; what is set aside is still so."""
    ran = workflow.is_main_process and workflow.scheduler and not workflow.dryrun
    if ran and not len(workflow.dag):
        os.chdir(FOLDER)
        if not conclude():
            sys.stderr.flush()
            os._exit(3)


onsuccess:
    if not conclude():
        raise SystemExit(3)


onerror:
    conclude()
