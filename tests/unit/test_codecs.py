"""Prepared audio of files in the codecs and containers that PyAV writes: length, start, gaps and truncation.

Lengths are compared with the number of encoded samples, and with ffmpeg if it is installed. Starts are measured by
cross-correlation with the encoded sound.
"""

import shutil
import subprocess

import av
import numpy as np
import pytest
import soundfile
from media import SECONDS, WRITTEN, chirp, delay, joined, write_media

from diarflow.audio.prepare import prepare_audio
from diarflow.errors import InputError
from diarflow.simulation.sources import read_source

FRAME = 4096  # samples of the longest codec frame below, with the priming of the encoder: WMA


def prepare(path, **options):
    """Prepare a file, and return the samples and the facts about it."""
    target = path.with_suffix(".prepared")
    facts = prepare_audio(path, target, **options)
    audio, _ = soundfile.read(target, dtype="float32")
    assert len(audio) == facts["samples"]
    return audio, facts


def write(path, codec, rate=48_000, **options):
    channels = options.pop("channels", 2 if codec in ("vorbis", "wmav2") else 1)
    write_media(path, codec, chirp(rate), rate, channels=channels, **options)
    return path


def ffmpeg_count(path):
    """Return the number of samples that ffmpeg decodes; None without ffmpeg."""
    if not shutil.which("ffmpeg"):
        return None
    command = ["ffmpeg", "-v", "quiet", "-i", path, "-ac", "1", "-f", "s16le", "-"]
    return len(subprocess.run(command, capture_output=True, check=True).stdout) // 2


@pytest.mark.parametrize(
    ("name", "codec", "rate", "has_start"), WRITTEN, ids=[row[0] for row in WRITTEN]
)
def test_all_encoded_samples_are_decoded_at_their_place(tmp_path, name, codec, rate, has_start):
    path = write(tmp_path / name, codec, rate)
    audio, facts = prepare(path)
    scale = facts["source_samples"] / facts["rate"]
    assert scale == pytest.approx(SECONDS, abs=FRAME / rate)
    assert facts["samples"] == pytest.approx(scale * 16_000, abs=1)
    if count := ffmpeg_count(path):
        decoded_rate = 48_000 if codec == "libopus" else rate  # by ffmpeg
        assert scale == pytest.approx(count / decoded_rate, abs=1152 / rate)
    assert delay(audio) == pytest.approx(0, abs=0.001 if has_start else 0.07)
    assert facts["start"] == 0 and facts["gaps"] == [] and facts["notes"] == []


def test_every_audio_encoder_is_written_to_some_container():
    """The encoders without a test above write no container that can be recognized, or are variants of those above."""
    tested = {codec for _, codec, _, _ in WRITTEN}
    common = {
        "aac",
        "ac3",
        "alac",
        "eac3",
        "flac",
        "libmp3lame",
        "libopus",
        "mp2",
        "vorbis",
        "wmav2",
    }
    assert common <= tested <= set(av.codecs_available)


LATE = [("a.mkv", "aac"), ("a.mp4", "aac"), ("a.webm", "libopus"), ("a.mov", "pcm_s16le")]


@pytest.mark.parametrize(("name", "codec"), LATE, ids=[name for name, _ in LATE])
def test_audio_that_starts_late_is_preceded_by_silence(tmp_path, name, codec):
    audio, facts = prepare(write(tmp_path / name, codec, start=0.7))
    assert delay(audio) == pytest.approx(0.7, abs=0.001 + 1e-9)
    assert facts["start"] == pytest.approx(0.7, abs=0.03)
    assert facts["notes"] == [
        f"The audio starts {facts['start']:.3f} s after the start of the file; silence was inserted."
    ]


@pytest.mark.parametrize(("name", "codec"), [("a.ts", "aac"), ("a.mkv", "flac"), ("a.mp4", "aac")])
def test_audio_that_starts_later_than_the_video_is_preceded_by_silence(tmp_path, name, codec):
    audio, _ = prepare(write(tmp_path / name, codec, start=0.7, video=True))
    assert delay(audio) == pytest.approx(0.7, abs=0.001)


def test_the_clock_of_a_transport_stream_may_start_anywhere(tmp_path):
    """Without another stream, the first audio is the start of the file."""
    audio, facts = prepare(write(tmp_path / "a.ts", "aac", start=1000.0))
    assert facts["start"] == 0 and len(audio) == pytest.approx(SECONDS * 16_000, abs=1024)


GAPS = [("a.mkv", "aac"), ("a.mkv", "libopus"), ("a.mp4", "aac"), ("a.ts", "aac"), ("a.flv", "aac")]


@pytest.mark.parametrize(("name", "codec"), GAPS, ids=[f"{name}-{codec}" for name, codec in GAPS])
def test_silence_fills_a_gap_of_the_time_stamps(tmp_path, name, codec):
    """The sound after the gap, which is most of the energy, is where it was encoded."""
    audio, facts = prepare(write(tmp_path / name, codec, dropped=[(0.6, 1.1)]))
    priming = 1024 / 48_000 if name.endswith(("ts", "flv")) else 0.0
    assert delay(audio) == pytest.approx(priming, abs=0.001)
    ((start, length),) = facts["gaps"]
    assert start == pytest.approx(0.6, abs=0.05) and length == pytest.approx(0.5, abs=0.03)
    assert np.abs(audio[round((start + 0.1) * 16_000) : round((start + 0.4) * 16_000)]).max() == 0
    assert "Silence fills gaps: 1, 0." in facts["notes"][0]


def test_a_long_jump_of_the_time_stamps_sets_the_recording_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("diarflow.audio.timestamps._LONGEST_GAP", 0.3)
    with pytest.raises(InputError, match=r"the time stamps jump from 0\.7 to 1\.2 s"):
        prepare(write(tmp_path / "a.mkv", "flac", dropped=[(0.6, 1.1)]))


CUT = [
    ("a.mkv", "aac"), ("a.mkv", "flac"), ("a.webm", "libopus"), ("fast.mp4", "aac"), ("a.wv", "wavpack"),
    ("a.flac", "flac"), ("a.mp3", "libmp3lame"), ("a.ogg", "flac"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "codec"), CUT, ids=[f"{name}-{codec}" for name, codec in CUT])
def test_a_truncated_file_is_decoded_up_to_its_end_with_a_note(tmp_path, name, codec):
    options = {"movflags": "faststart"} if name == "fast.mp4" else None
    path = write(tmp_path / name, codec, options=options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    audio, facts = prepare(path)
    assert 0.9 <= len(audio) / 16_000 <= 2.0 and delay(audio) == pytest.approx(0, abs=0.001)
    assert any(note.startswith("The file is cut off: ") for note in facts["notes"])


def test_an_mpeg_4_file_without_its_index_is_set_aside_with_the_reason(tmp_path):
    path = write(tmp_path / "a.m4a", "aac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(InputError, match=r"a\.m4a: not audio that can be read: an MPEG-4 file without its index \(moov\)"):  # fmt: skip
        prepare(path)


JOINED = [
    ("aac.m4a", "aac", "alac.m4a", "alac", 2 * SECONDS),
    ("opus.webm", "libopus", "opus.webm", "libopus", 2 * SECONDS),
    ("aac.mkv", "aac", "flac.mkv", "flac", 2 * SECONDS),
    ("flac.flac", "flac", "flac.flac", "flac", 2 * SECONDS),
    ("flac.ogg", "flac", "opus.ogg", "libopus", 2 * SECONDS),
    ("mp3.mp3", "libmp3lame", "mp3.mp3", "libmp3lame", 2 * SECONDS),
    ("a.wv", "wavpack", "a.wv", "wavpack", 2 * SECONDS),
    ("a.tta", "tta", "a.tta", "tta", 2 * SECONDS),
    ("a.amr", "libopencore_amrnb", "a.amr", "libopencore_amrnb", 2 * SECONDS),
    ("a.aac", "aac", "a.aac", "aac", 2 * SECONDS),
    ("a.ts", "aac", "a.ts", "aac", 2 * SECONDS),
]


@pytest.mark.parametrize(
    ("name", "codec", "name_after", "codec_after", "seconds"), JOINED, ids=[row[0] for row in JOINED]
)  # fmt: skip
def test_files_one_behind_the_other_are_all_decoded(
    tmp_path, name, codec, name_after, codec_after, seconds
):
    (tmp_path / "1").mkdir()
    rate = 8_000 if "amr" in codec else 48_000
    parts = write(tmp_path / name, codec, rate), write(tmp_path / "1" / name_after, codec_after, rate)  # fmt: skip
    audio, facts = prepare(joined(tmp_path / f"joined-{name}", *parts))
    assert len(audio) / 16_000 == pytest.approx(seconds, abs=0.1)
    second = audio[round(SECONDS * 16_000) :]
    assert delay(second) == pytest.approx(0, abs=0.1) and np.abs(second).max() > 0.2
    told = name in ("a.aac",) or any(
        note.startswith(("The file holds 2 ", "The header gives 3.00 s, 6.", "Jumps of the time"))
        for note in facts["notes"]
    )
    assert told, facts["notes"]


def test_a_chain_may_change_rate_and_channels(tmp_path):
    soundfile.write(tmp_path / "1.ogg", chirp(44_100), 44_100)
    soundfile.write(tmp_path / "2.ogg", np.stack([chirp(16_000)] * 2, axis=1), 16_000)
    audio, facts = prepare(joined(tmp_path / "a.ogg", tmp_path / "1.ogg", tmp_path / "2.ogg"))
    assert len(audio) == 2 * SECONDS * 16_000
    assert delay(audio[: 3 * 16_000]) == 0 == delay(audio[3 * 16_000 :])
    assert facts["notes"] == [
        "The file holds 2 Ogg files one behind the other.",
        "The file changes its format: 44100 Hz with 1 channels, 16000 Hz with 2 channels.",
    ]
    with pytest.raises(InputError, match=r"channel is 2, expected 1 to 1"):
        prepare(tmp_path / "a.ogg", channel=2)


@pytest.mark.parametrize(
    ("name", "codec", "rate"), [("a.g722", "g722", 16_000), ("a.aptx", "aptx", 48_000)]
)
def test_audio_without_a_header_is_decoded_by_the_ending_of_its_file(tmp_path, name, codec, rate):
    audio, facts = prepare(
        write(tmp_path / name, codec, rate, format=codec, channels=1 + (codec == "aptx"))
    )
    assert len(audio) == SECONDS * 16_000 and delay(audio) == pytest.approx(0, abs=0.005)
    assert facts["notes"] == [f"The file has no header; by its ending it is {codec}."]


def test_the_ending_does_not_turn_a_text_into_audio(tmp_path):
    (tmp_path / "a.g722").write_text("<html>not found</html>" * 100)
    with pytest.raises(InputError, match=r"a\.g722: not audio that can be read: an HTML page"):
        prepare(tmp_path / "a.g722")


def write_tracks(path, *languages):
    """Write an audio track for each language, the first at the level 0.1, the second at 0.2 and so on."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=16_000, layout="mono") for _ in languages]
        for stream, language in zip(streams, languages, strict=True):
            if language:
                stream.metadata["language"] = language
        for index, stream in enumerate(streams, 1):
            samples = np.full((1, 16_000), 3276 * index, np.int16)
            frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
            frame.sample_rate = 16_000
            for part in (frame, None):
                container.mux(stream.encode(part))
    return path


def test_a_file_with_several_audio_tracks_has_a_note_of_the_choice(tmp_path):
    _, facts = prepare(write_tracks(tmp_path / "a.mkv", "eng", ""))
    assert facts["notes"] == ["The file has 2 audio tracks (eng, no language). Track 1 is used."]


@pytest.mark.parametrize(
    ("track", "level"), [(1, 0.1), (2, 0.2), (3, 0.3), ("deu", 0.2), ("fra", 0.3)]
)
def test_a_track_is_chosen_by_number_or_language(tmp_path, track, level):
    audio, facts = prepare(write_tracks(tmp_path / "a.mkv", "eng", "deu", "fra"), track=track)
    assert audio[8000] == pytest.approx(level, abs=0.001) and facts["notes"] == []


def test_a_language_that_is_not_certain_has_a_note(tmp_path):
    audio, facts = prepare(write_tracks(tmp_path / "a.mkv", "eng", "deu", "deu"), track="deu")
    assert audio[8000] == pytest.approx(0.2, abs=0.001)
    assert facts["notes"] == [
        "The file has 3 audio tracks (eng, deu, deu). The first of 2 in deu is used."
    ]
    _, facts = prepare(write_tracks(tmp_path / "b.mkv", ""), track="deu")
    assert facts["notes"] == ["The language of the only audio track is not given, not deu."]


@pytest.mark.parametrize(
    ("name", "track", "message"),
    [
        ("a.mkv", 3, "track is 3, expected 1 to 2"),
        ("a.mkv", "fra", "track is fra, expected a number or one of eng, no language"),
        ("a.wav", 2, "track is 2, expected 1 to 1"),
    ],
)
def test_a_track_that_does_not_exist_sets_the_recording_aside(tmp_path, name, track, message):
    write_tracks(tmp_path / "a.mkv", "eng", "")
    write(tmp_path / "a.wav", "pcm_s16le")
    with pytest.raises(InputError, match=message):
        prepare(tmp_path / name, track=track)


@pytest.mark.parametrize(("name", "codec", "channels"), [
    ("a.mkv", "flac", 6), ("a.mkv", "flac", 8), ("a.wv", "wavpack", 8), ("a.wv", "wavpack", 16),
    ("a.mkv", "libopus", 8),
])  # fmt: skip
def test_each_of_many_channels_is_decoded(tmp_path, name, codec, channels):
    """PyAV reads beyond the planes of a frame of eight channels or more."""
    levels = np.arange(1, channels + 1) / channels
    audio = (chirp(48_000)[:, None] * levels).astype(np.float32)
    write_media(tmp_path / name, codec, audio, 48_000, channels=channels)
    for channel in (1, channels // 2, channels):
        prepared, facts = prepare(tmp_path / name, channel=channel)
        assert facts["notes"] == [] and len(prepared) == SECONDS * 16_000
        assert np.abs(prepared).max() == pytest.approx(0.4 * levels[channel - 1], rel=0.1)


def test_speakers_of_a_simulation_may_be_in_any_codec(tmp_path):
    audio = read_source(write(tmp_path / "a.m4a", "aac"))
    assert len(audio) == pytest.approx(SECONDS * 16_000, abs=1024)
    assert delay(audio) == pytest.approx(0, abs=0.001)


def test_video_without_audio_is_set_aside(tmp_path):
    from media import write_video

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        write_video(container)
    with pytest.raises(InputError, match=r"a\.mp4: holds no audio, only video"):
        prepare(tmp_path / "a.mp4")


TIMED = [
    ("a.mkv", "aac"), ("a.mkv", "libopus"), ("a.mp4", "aac"), ("a.mov", "pcm_s16le"), ("a.ts", "aac"),
    ("a.nut", "flac"), ("a.mpg", "mp2"), ("a.m4v", "aac"),
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize(("name", "codec"), TIMED, ids=[f"{name}-{codec}" for name, codec in TIMED])
def test_start_times_agree_with_ffmpeg(tmp_path, name, codec):
    """The program ffmpeg fills the time before the audio with silence. It counts from the first stream that it uses."""
    format = "mp4" if name.endswith("m4v") else None
    path = write(tmp_path / name, codec, start=0.7, video=True, format=format)
    audio_output = ["-map", "0:a", "-af", "aresample=16000:async=1:first_pts=0", "-ac", "1", "-f", "s16le", "-"]  # fmt: skip
    video_output = ["-map", "0:v", "-f", "null", "/dev/null"]
    command = ["ffmpeg", "-v", "quiet", "-y", "-i", path, *audio_output, *video_output]
    done = subprocess.run(command, capture_output=True, check=True)
    expected = delay(np.frombuffer(done.stdout, "<i2") / 32768)
    audio, _ = prepare(path)
    assert delay(audio) == pytest.approx(expected, abs=0.005)
    assert expected == pytest.approx(0.7, abs=0.07)
