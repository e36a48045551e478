"""Memory and time that jobs request from a cluster."""

import os
import sys

import numpy as np
import pytest
import soundfile

from diarflow.planning.requirements import BACKENDS
from diarflow.planning.resources import (
    header_duration,
    memory_mb,
    prepared_duration,
    runtime_minutes,
)


def test_memory_follows_the_longest_recording_of_a_batch_and_time_the_sum():
    assert memory_mb("embed_segments", [3600, 60]) == memory_mb("embed_segments", [3600])
    assert runtime_minutes("embed_segments", [3600, 3600]) == runtime_minutes(
        "embed_segments", [7200]
    )
    assert memory_mb("embed_segments", [7200]) > memory_mb("embed_segments", [3600])


def test_a_third_attempt_requests_four_times_as_much():
    assert memory_mb("prepare_audio", [60], attempt=3) == 4 * memory_mb("prepare_audio", [60])
    assert runtime_minutes("prepare_audio", [0], attempt=3) == 4 * runtime_minutes(
        "prepare_audio", [0]
    )


def test_the_duration_is_that_of_the_prepared_audio_or_of_the_source(tone):
    assert header_duration(str(tone("source.wav", seconds=2.0, rate=8000, channels=2))) == 2.0
    assert prepared_duration(str(tone("prepared.wav", seconds=1.5))) == 1.5
    assert prepared_duration("missing.wav") is None is header_duration("missing.wav")


def test_the_duration_of_a_stream_without_length_follows_its_bytes(tone):
    source = tone(seconds=2.0)
    with open(source, "r+b") as file:
        for place in (4, 40):  # the sizes of the file and of its samples
            file.seek(place)
            file.write(bytes(4))
    assert 2.0 <= header_duration(str(source)) <= 4.1


def test_a_header_that_claims_years_is_limited_by_the_file_size(tone):
    source = tone(seconds=1.0)
    with open(source, "r+b") as file:
        for place in (4, 40):  # the sizes of the file and of its samples
            file.seek(place)
            file.write((2**31 - 64).to_bytes(4, "little"))
    assert header_duration(str(source)) <= os.stat(source).st_size / 500


@pytest.mark.parametrize("content", [b"", b"no audio", b"RIFF"])
def test_a_file_without_audio_has_no_duration(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)
    assert header_duration(str(tmp_path / "a.wav")) is None


def test_a_pipe_has_no_duration(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    assert header_duration(str(tmp_path / "a.wav")) is None


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        (stage, name)
        for stage in ("speech", "changes", "overlap")
        for name, backend in BACKENDS[stage].items()
        if not backend.reads_audio
    ],
)
def test_a_backend_that_reads_no_audio_does_not_mention_it(stage, name):
    assert "read_blocks" not in BACKENDS[stage][name].source.read_text()
    assert "AudioReader(" not in BACKENDS[stage][name].source.read_text()


def test_a_joined_mp3_writes_no_warning_of_its_decoder_to_the_terminal(tmp_path, capfd):
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000)
    for name in ("a.mp3", "b.mp3"):
        soundfile.write(tmp_path / name, noise, 16_000, format="MP3")
    joined = tmp_path / "joined.mp3"
    joined.write_bytes((tmp_path / "a.mp3").read_bytes() * 4)
    soundfile.info(joined)
    assert "Xing stream size" in capfd.readouterr().err  # the library writes it
    header_duration(str(joined))
    print("of the run", file=sys.stderr)
    assert capfd.readouterr().err == "of the run\n"
