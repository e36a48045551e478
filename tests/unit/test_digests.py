"""Canonical text, versions and digests, of which provenance consists."""

from pathlib import Path

import numpy

from diarflow.digests import canonical, digest, versions


def test_the_canonical_text_depends_on_values_and_not_on_order_or_type_of_number():
    assert canonical(a=1, b=2) != canonical(a=2, b=1)
    assert canonical(a=1.0) == canonical(a=1) != canonical(a=1.5)
    assert canonical(x={"b": 2.0, "a": [1.0]}) == canonical(x={"a": [1], "b": 2})


def test_the_version_of_a_package_that_is_not_installed_is_missing():
    assert versions("numpy", "nowhere") == {"numpy": numpy.__version__, "nowhere": "missing"}


def test_a_digest_is_the_sha256_of_a_file():
    # the output of sha256sum for an empty file
    assert digest(Path("/dev/null")).startswith("e3b0c44298fc1c149afbf4c8996fb924")
