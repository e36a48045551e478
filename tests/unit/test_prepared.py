"""Reading of prepared audio, and its facts. Damaged files are rejected by every reader."""

import json
import time

import numpy as np
import pytest
import soundfile

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.audio.facts import facts_path, prepared_path, read_facts, read_note, write_facts
from diarflow.audio.interleaved import read_interleaved
from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import AudioReader, duration, read_blocks
from diarflow.errors import InputError
from diarflow.planning.resources import prepared_duration


@pytest.fixture
def prepared(tone, tmp_path):
    """A prepared recording of 1 s, with its facts."""
    path = tmp_path / "results/x/audio/a.wav"
    path.parent.mkdir(parents=True)
    write_facts(facts_path(path), prepare_audio(tone(), path))
    return path


READERS = {
    "duration": duration,
    "AudioReader": AudioReader,
    "read_blocks": lambda path: list(read_blocks(path, 1000)),
}
READER = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)


def rejected(reader, path, reason):
    with pytest.raises(InputError) as error:
        reader(path)
    assert str(error.value) == f"{path}: damaged: {reason}; the next run makes it again"


@READER
def test_half_a_file_is_rejected_with_both_lengths(prepared, reader):
    prepared.write_bytes(prepared.read_bytes()[:16_044])
    rejected(reader, prepared, "8000 of 16000 samples")
    assert prepared_duration(str(prepared)) is None


@READER
@pytest.mark.parametrize("content", [b"", bytes(32_044), b"random" * 5000, b"RIFF"])
def test_a_file_that_is_no_wav_is_rejected(prepared, reader, content):
    prepared.write_bytes(content)
    rejected(reader, prepared, "not a WAV file")
    assert prepared_duration(str(prepared)) is None


@READER
def test_a_directory_is_rejected(prepared, reader):
    prepared.unlink()
    prepared.mkdir()
    rejected(reader, prepared, "a directory")
    assert prepared_duration(str(prepared)) is None


@READER
def test_a_valid_file_of_another_length_is_rejected(prepared, reader):
    soundfile.write(prepared, np.zeros(1000, np.int16), 16_000)
    rejected(reader, prepared, "1000 of 16000 samples")


@READER
@pytest.mark.parametrize("content", ["", "{}", "[]", '{"samples": "many"}', "[" * 100_000])
def test_damaged_facts_are_rejected(prepared, reader, content):
    facts_path(prepared).write_text(content)
    with pytest.raises(InputError, match=r"a\.json: damaged: .*; the next run makes it again$"):
        reader(prepared)


@READER
def test_audio_of_an_earlier_version_has_no_facts_and_is_read(prepared, reader):
    facts_path(prepared).unlink()
    reader(prepared)
    assert read_note(prepared) == "" and duration(prepared) == 1.0


def test_facts_name_the_source_the_decoder_and_the_lengths(tone, tmp_path):
    path = tone(rate=8000, channels=2)
    facts = prepare_audio(str(path), tmp_path / "out.wav", channel=2)
    state = path.stat()
    digest = facts["source"].pop("sha256")
    assert len(digest) == 64
    assert facts == {
        "source": {"path": str(path), "size": state.st_size, "mtime_ns": state.st_mtime_ns},
        "format": "WAV", "codec": "PCM_16", "decoder": "libsndfile", "rate": 8000, "channels": 2,
        "channel": 2, "weights": None, "source_samples": 8000, "samples": 16_000, "clipped": 0,
        "start": 0.0, "gaps": [], "notes": [],
    }  # fmt: skip


def test_the_digest_is_that_of_the_content(tone, tmp_path):
    import hashlib

    path = tone()
    facts = prepare_audio(path, tmp_path / "out.wav")
    assert facts["source"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_placeholder_has_facts_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind, suffix in (("audio", "wav"), ("facts", "json")):
        write_placeholder(kind, f"results/x/audio/a.{suffix}", recording="a", rule="prepare_audio")
    path = "results/x/audio/a.wav"
    assert duration(path) == 0 and failed_rule(path) == "prepare_audio"
    assert read_facts(path) == {"set_aside": "prepare_audio", "samples": 0, "notes": []}


def test_planning_reads_ten_thousand_durations_within_seconds(prepared):
    begin = time.perf_counter()
    for _ in range(10_000):
        assert prepared_duration(str(prepared)) == 1.0
    assert time.perf_counter() - begin < 5


def test_a_note_is_a_sentence_of_the_facts(prepared):
    facts = json.loads(facts_path(prepared).read_text()) | {"notes": ["One.", "Two."]}
    write_facts(facts_path(prepared), facts)
    assert read_note(prepared) == "One. Two."


# --- FLAC ---------------------------------------------------------------------------------------


@pytest.fixture
def flac(tone, prepared):
    """Return the path of the prepared tone as FLAC."""
    path = prepared.with_name("b.flac")
    write_facts(facts_path(path), prepare_audio(tone(), path))
    return path


def test_flac_has_the_samples_of_wav_and_names_its_format_in_the_facts(prepared, flac):
    blocks = [np.concatenate(list(read_blocks(path, 999))) for path in (prepared, flac)]
    assert np.array_equal(*blocks) and len(blocks[0]) == 16_000
    with AudioReader(prepared) as wav, AudioReader(flac) as other:
        assert np.array_equal(wav.read(-5, 20_000), other.read(-5, 20_000))
    assert duration(flac) == prepared_duration(str(flac)) == 1.0
    assert flac.stat().st_size < prepared.stat().st_size
    facts = read_facts(flac)
    assert facts.pop("file") == {"format": "flac", "bytes": flac.stat().st_size}
    assert facts["samples"] == read_facts(prepared)["samples"] and "file" not in read_facts(
        prepared
    )
    assert [prepared_path(facts_path(path)) for path in (prepared, flac)] == [prepared, flac]


def test_the_channels_of_a_call_are_interleaved_from_flac(prepared, flac):
    [of_wav] = read_interleaved([prepared, prepared])
    [of_flac] = read_interleaved([flac, flac])
    assert np.array_equal(of_wav, of_flac) and of_flac.shape == (16_000, 2)


@READER
def test_half_a_flac_file_is_rejected(flac, reader):
    content = flac.read_bytes()
    flac.write_bytes(content[: len(content) // 2])
    rejected(reader, flac, f"{len(content) // 2} of {len(content)} bytes")


@READER
@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "0 of 16000 samples"), (b"random" * 5000, "not a FLAC file"), (b"fLaC", "not a FLAC file")],
)  # fmt: skip
def test_a_file_that_is_no_flac_is_rejected(flac, reader, content, reason):
    flac.write_bytes(content)
    rejected(reader, flac, reason)


def test_the_placeholder_of_flac_names_the_failed_rule(flac, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_placeholder("audio", flac, recording="b", rule="prepare_audio")
    write_placeholder("facts", facts_path(flac), recording="b", rule="prepare_audio")
    assert duration(flac) == 0.0 and prepared_duration(str(flac)) is None
    assert failed_rule("results/x/audio/b.flac") == "prepare_audio"


def test_the_duration_of_removed_audio_is_that_in_its_facts(prepared):
    prepared.unlink()
    assert prepared_duration(str(prepared)) == 1.0
