"""Whatever stands in a file that a person wrote, its parser takes it or says what is wrong, and where."""

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from parsers import DEFAULTS, PARSERS, check

# what the formats are made of, and what has broken parsers before
WORDS = [
    "SPEAKER", "LEXEME", ";;", "#", "a", "a b", "<NA>", "1", "0.5", "-1", "1e309", "nan", "inf", "1_000", "٣", "",
    "filename", "Offset", "Duration", "Speaker_id", "recording", "audio", "channel", "reference", "uem",
    "num_speakers", "min_speakers", "corpus", "each", "mix", "x.rttm", "x.tsv", "..", "/", "\x00", "\ufeff", "\x85",
    "\u2028", '"', "'", "\r", "corpora", "systems", "speech", "webrtc", "backend", "aggressiveness", "null", "{}",
    "[]", "&x", "*x", "!!python/object/apply:os.system", "2026-01-01", ".inf", "<<", "0x1F", "~", "a: b",
]  # fmt: skip
GAPS = [" ", "\t", ",", ";", "\n", "\r\n", ": ", ":\n  ", "\n- ", "\n    ", ", "]
text = st.lists(st.sampled_from(WORDS) | st.text(max_size=5) | st.sampled_from(GAPS), max_size=40)
contents = st.binary(max_size=200) | text.map(
    lambda words: "".join(words).encode("utf-8", "surrogatepass")
)


@pytest.mark.parametrize("kind", PARSERS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=contents)
@example(content=b"")
@example(content=b"x" * 200_000)
@example(content=b'filename,Offset,Duration,Speaker_id\n"' + b"x" * 200_000)
@example(content=b"\xff\xfe\x00")
def test_a_parser_takes_a_text_or_says_where_it_is_wrong(kind, content, tmp_path):
    check(kind, content, tmp_path)


fields = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), min_size=3, max_size=11)
HEADS = {
    "rttm": b"", "uem": b"", "csv": b"filename,Offset,Duration,Speaker_id\n",
    "tsv": b"recording\taudio\tchannel\treference\tuem\tnum_speakers\tmin_speakers\tmax_speakers\tcorpus\n",
}  # fmt: skip
BETWEEN = {"rttm": " ", "uem": " ", "csv": ",", "tsv": "\t"}


@pytest.mark.parametrize("kind", HEADS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(fields, max_size=5))
def test_a_parser_takes_rows_of_any_fields_or_says_which_is_wrong(kind, rows, tmp_path):
    lines = "\n".join(BETWEEN[kind].join(row) for row in rows)
    check(kind, HEADS[kind] + lines.encode("utf-8", "surrogatepass"), tmp_path)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
OVERLAID = [
    (block, name, key)
    for block, variants in DEFAULTS.items()
    for name, values in (variants.items() if isinstance(variants, dict) else ())
    for key in (values if isinstance(values, dict) else [None])
]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=st.sampled_from(OVERLAID), deep=st.integers(1, 3), value=anything)
def test_any_value_of_any_setting_is_taken_or_said_to_be_wrong(where, deep, value, tmp_path):
    for part in reversed(where[:deep]):
        value = {part: value} if part else value
    check("yaml", yaml.safe_dump(value, allow_unicode=True).encode(), tmp_path)
