"""Line at the end of a run about what was dropped or mapped in references, imported systems and transcripts."""

import json

import pytest

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.artifacts.tables import write_table
from diarflow.runs.annotation_summary import annotation_lines
from diarflow.scoring.repairs import Repairs


@pytest.fixture
def prepared(tmp_path):
    """Return a function that writes the sidecar of a prepared reference with repairs and notes.

    `repairs` are the numbers of turns that were merged, clipped and dropped. Merged turns are not reported.
    """

    def write(name, repairs=(0, 0, 0), **notes):
        path = tmp_path / f"{name}.json"
        write_sidecar(path, repairs=Repairs(*repairs)._asdict(), notes=notes)
        return str(path)

    return write


def test_what_was_dropped_or_mapped_is_summed_over_the_recordings(prepared):
    references = [
        prepared("a", (5, 0, 2)), prepared("b", (0, 0, 1), empty=1), prepared("c"), prepared("d", empty=1),
        prepared("e", empty=1), prepared("f", empty=1),
    ]  # fmt: skip
    assert list(annotation_lines(references, [prepared("x", (0, 4, 0))])) == [
        "references: 4 of 6 empty (b, d, e and 1 more); "
        "3 turns dropped (outside the recording, or empty) in 2 of 6 (a, b); "
        "imported systems: 4 turns clipped to the recording in 1 of 1 (x)"
    ]


def test_unreadable_sidecars_and_merged_turns_give_no_line(prepared, tmp_path):
    (tmp_path / "damaged.json").write_bytes(b'{"repairs": "x", \xff')
    (tmp_path / "other.json").write_text('{"repairs": {"x": 1}, "notes": {"y": "z"}}')
    paths = [str(tmp_path / f"{name}.json") for name in ("damaged", "other", "missing")]
    paths.append(prepared("a", (3, 0, 0)))
    assert list(annotation_lines(paths)) == []


def test_the_line_is_short(prepared):
    notes = {f"kind {number} of things that were dropped": 1 for number in range(50)}
    (line,) = annotation_lines([prepared("a", **notes)])
    assert len(line) <= 300 and line.endswith("more, see notes in results/*/reference/*.json")


def test_a_call_is_one_recording_and_empty_only_if_all_its_channels_are(prepared):
    silent = {"empty": 1}
    paths = [
        prepared("a_ch1", **silent), prepared("a_ch2", (0, 0, 2)), prepared("b_ch1", **silent),
        prepared("b_ch2", **silent), prepared("c", (0, 0, 1)),
    ]  # fmt: skip
    calls = dict(zip(paths[:4], ["a", "a", "b", "b"], strict=True))
    assert list(annotation_lines(paths, calls=calls)) == [
        "references: 3 turns dropped (outside the recording, or empty) in 2 of 3 (a, c); "
        "1 of 3 empty (b)"
    ]


def test_notes_of_transcripts_are_summed(tmp_path):
    for name, count in (("a", 2), ("b", 0)):
        notes = json.dumps({"words without a speaker": count})
        write_table(tmp_path / f"{name}.parquet", "words", metadata={"notes": notes})
    (tmp_path / "c.parquet").write_bytes(b"damaged")
    words = [str(tmp_path / f"{name}.parquet") for name in "abc"]
    assert list(annotation_lines([], words=words)) == [
        "transcripts: 2 words without a speaker in 1 of 3 (a)"
    ]
