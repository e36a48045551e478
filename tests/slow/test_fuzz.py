"""Half a minute for each kind of file that people write: only our own error comes out, with file and line."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from parsers import PARSERS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed here"),
]


@pytest.mark.parametrize("kind", PARSERS)
def test_a_guided_fuzzer_finds_nothing_that_a_parser_cannot_say(kind):
    program = Path(__file__).with_name("fuzz.py")
    done = subprocess.run(
        [sys.executable, program, kind, "-max_total_time=30"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr[-5000:]
    assert int(re.search(r"Done (\d+) runs", done.stderr)[1]) > 1000
