"""Contrast of the report's colours on its two backgrounds, by the formula of WCAG 2.1."""

import re

import pytest

from diarflow.report.rendering import _PAGES

COLOURS = {
    name: colours
    for name, *colours in re.findall(
        r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", (_PAGES / "report.css").read_text()
    )
}
TEXT = ("ink", "muted", "accent", "bad")
MARKS = ("missed", "false-alarm", "confusion", "overlap", "correct")


def luminance(colour):
    """Return the relative luminance of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_largest_contrast():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_and_marks_have_contrast(scheme):
    paper = COLOURS["paper"][scheme]
    ratios = {name: contrast(COLOURS[name][scheme], paper) for name in TEXT + MARKS}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}
    assert {name: ratios[name] for name in TEXT if ratios[name] < 4.5} == {}
