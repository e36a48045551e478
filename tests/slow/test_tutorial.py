"""The commands of docs/tutorial.md, run in a new folder, print what the page shows."""

import difflib
from functools import partial

import pytest

from diarflow.errors import InputError
from docs import tutorial

pytestmark = pytest.mark.slow


def test_the_commands_of_the_tutorial_print_what_the_page_shows():
    page = tutorial.PAGE.read_text(encoding="utf-8")
    try:
        result = tutorial.in_new_folder(partial(tutorial.run_page, page))
    except InputError as error:
        if "download failed" not in str(error):
            raise
        pytest.skip(str(error))
    shown, printed = (tutorial.normalised(text).splitlines() for text in (page, result))
    difference = list(difflib.unified_diff(shown, printed, "docs/tutorial.md", "this run", n=1))
    assert not difference, "\n".join(difference)
