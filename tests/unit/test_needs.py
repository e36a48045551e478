"""What jobs ask of a cluster."""

import os

import pytest

from diarflow.planning.plan import VARIANTS
from diarflow.planning.requirements import BACKENDS
from diarflow.planning.resources import READERS, length, length_by_header, memory, minutes


def test_memory_follows_the_longest_recording_of_a_batch_and_time_the_sum():
    assert memory("embed_segments", [3600, 60]) == memory("embed_segments", [3600])
    assert minutes("embed_segments", [3600, 3600]) == minutes("embed_segments", [7200])
    assert memory("embed_segments", [7200]) > memory("embed_segments", [3600])


def test_a_third_attempt_asks_for_four_times_as_much():
    assert memory("prepare_audio", [60], attempt=3) == 4 * memory("prepare_audio", [60])
    assert minutes("prepare_audio", [0], attempt=3) == 4 * minutes("prepare_audio", [0])


def test_prepared_audio_says_how_long_a_recording_is_and_before_that_its_source(tone):
    assert length_by_header(str(tone("source.wav", seconds=2.0, rate=8000, channels=2))) == 2.0
    assert length(str(tone("prepared.wav", seconds=1.5))) == 1.5
    assert length("not there.wav") is None is length_by_header("not there.wav")


def test_a_stream_whose_header_claims_nothing_is_as_long_as_its_bytes_or_longer(tone):
    source = tone(seconds=2.0)
    with open(source, "r+b") as file:
        for place in (4, 40):  # the sizes of the file and of its samples
            file.seek(place)
            file.write(bytes(4))
    assert 2.0 <= length_by_header(str(source)) <= 4.1


def test_a_header_that_claims_years_is_not_believed(tone):
    source = tone(seconds=1.0)
    with open(source, "r+b") as file:
        for place in (4, 40):  # the sizes of the file and of its samples
            file.seek(place)
            file.write((2**31 - 64).to_bytes(4, "little"))
    assert length_by_header(str(source)) <= os.stat(source).st_size / 500


@pytest.mark.parametrize("content", [b"", b"no audio", b"RIFF"])
def test_of_what_is_no_audio_no_length_is_known(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)
    assert length_by_header(str(tmp_path / "a.wav")) is None


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    assert length_by_header(str(tmp_path / "a.wav")) is None


@pytest.mark.parametrize(
    "rule, backend", [(rule, one) for rule, names in READERS.items() for one in sorted(names)]
)
def test_a_stage_that_stays_where_snakemake_runs_reads_no_audio(rule, backend):
    stage = VARIANTS[rule].strip("{}")
    assert ".audio" not in BACKENDS[stage][backend].source.read_text()
