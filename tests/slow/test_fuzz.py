"""Half a minute of fuzzing for each kind of file that users write."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from conftest import ROOT
from parsers import PARSERS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed"),
]


@pytest.mark.parametrize("kind", PARSERS)
def test_parsers_raise_no_error_but_input_error(kind):
    command = [sys.executable, "-m", "slow.fuzz", kind, "-max_total_time=30"]
    variables = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-5000:]
    assert int(re.search(r"Done (\d+) runs", done.stderr)[1]) > 1000
