"""Parsers accept any content of a file that a user wrote, or raise an InputError with the place of the error."""

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from parsers import DEFAULTS, PARSERS, check

# Words of the formats, and words that have broken parsers.
WORDS = [
    "SPEAKER", "LEXEME", ";;", "#", "a", "a b", "<NA>", "1", "0.5", "-1", "1e309", "nan", "inf", "1_000", "٣", "",
    "filename", "Offset", "Duration", "Speaker_id", "recording", "audio", "channel", "reference", "uem",
    "num_speakers", "min_speakers", "corpus", "each", "mix", "x.rttm", "x.tsv", "..", "/", "\x00", "\ufeff", "\x85",
    "\u2028", '"', "'", "\r", "corpora", "systems", "speech", "webrtc", "backend", "aggressiveness", "null", "{}",
    "[]", "&x", "*x", "!!python/object/apply:os.system", "2026-01-01", ".inf", "<<", "0x1F", "~", "a: b",
]  # fmt: skip
SEPARATORS = [" ", "\t", ",", ";", "\n", "\r\n", ": ", ":\n  ", "\n- ", "\n    ", ", "]
text = st.lists(
    st.sampled_from(WORDS) | st.text(max_size=5) | st.sampled_from(SEPARATORS), max_size=40
)
contents = st.binary(max_size=200) | text.map(
    lambda words: "".join(words).encode("utf-8", "surrogatepass")
)


@pytest.mark.parametrize("kind", PARSERS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(content=contents)
@example(content=b"")
@example(content=b"x" * 200_000)
@example(content=b'filename,Offset,Duration,Speaker_id\n"' + b"x" * 200_000)
@example(content=b"\xff\xfe\x00")
def test_a_parser_accepts_any_text_or_reports_the_place_of_an_error(kind, content, tmp_path):
    check(kind, content, tmp_path)


fields = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), min_size=3, max_size=11)
HEADERS = {
    "rttm": b"", "uem": b"", "csv": b"filename,Offset,Duration,Speaker_id\n",
    "tsv": b"recording\taudio\tchannel\treference\tuem\tnum_speakers\tmin_speakers\tmax_speakers\tcorpus\n",
}  # fmt: skip
DELIMITERS = {"rttm": " ", "uem": " ", "csv": ",", "tsv": "\t"}


@pytest.mark.parametrize("kind", HEADERS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(fields, max_size=5))
def test_a_parser_accepts_rows_of_any_fields_or_reports_the_place_of_an_error(kind, rows, tmp_path):
    lines = "\n".join(DELIMITERS[kind].join(row) for row in rows)
    check(kind, HEADERS[kind] + lines.encode("utf-8", "surrogatepass"), tmp_path)


yaml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
SETTING_PATHS = [
    (block, name, key)
    for block, variants in DEFAULTS.items()
    for name, values in (variants.items() if isinstance(variants, dict) else ())
    for key in (values if isinstance(values, dict) else [None])
]


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(SETTING_PATHS), depth=st.integers(1, 3), value=yaml_values)
def test_any_value_of_any_setting_is_accepted_or_rejected_with_a_message(
    path, depth, value, tmp_path
):
    for key in reversed(path[:depth]):
        value = {key: value} if key else value
    check("yaml", yaml.safe_dump(value, allow_unicode=True).encode(), tmp_path)
