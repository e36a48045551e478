"""Audio files in any codec that PyAV encodes, with a sound whose place in the decoded audio can be measured."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soxr

SECONDS = 3.0
PREPARED_RATE = 16_000
# File name, codec, rate, and whether the container records the priming of the encoder.
WRITTEN = [
    ("a.m4a", "aac", 44_100, True),
    ("a.mp4", "aac", 16_000, True),
    ("a.mkv", "aac", 48_000, True),
    ("a.aac", "aac", 48_000, False),
    ("a.ts", "aac", 48_000, False),
    ("a.flv", "aac", 44_100, False),
    ("alac.m4a", "alac", 16_000, True),
    ("opus.mkv", "libopus", 48_000, True),
    ("opus.webm", "libopus", 48_000, True),
    ("opus.mp4", "libopus", 48_000, True),
    ("opus.ogg", "libopus", 16_000, True),
    ("vorbis.ogg", "vorbis", 44_100, True),
    ("vorbis.mkv", "vorbis", 44_100, True),
    ("flac.flac", "flac", 16_000, True),
    ("flac.ogg", "flac", 16_000, True),
    ("flac.mkv", "flac", 44_100, True),
    ("flac.mp4", "flac", 44_100, True),
    ("mp3.mp3", "libmp3lame", 44_100, True),
    ("mp3.mkv", "libmp3lame", 48_000, True),
    ("mp2.mp2", "mp2", 16_000, False),
    ("mp2.mpg", "mp2", 44_100, False),
    ("ac3.ac3", "ac3", 48_000, False),
    ("eac3.mkv", "eac3", 48_000, True),
    ("amr.amr", "libopencore_amrnb", 8_000, False),
    ("wma.asf", "wmav2", 44_100, False),
    ("wavpack.wv", "wavpack", 44_100, True),
    ("tta.tta", "tta", 16_000, True),
    ("g722.wav", "g722", 16_000, False),
    ("aac.3gp", "aac", 16_000, True),
    ("aac.m4b", "aac", 44_100, True),
    ("aac.mov", "aac", 44_100, True),
    ("wma.wma", "wmav2", 44_100, False),
    ("mp3.avi", "libmp3lame", 44_100, False),
    ("flac.mka", "flac", 16_000, True),
    ("pcm.voc", "pcm_u8", 8_000, True),
    ("adpcm.wav", "adpcm_ima_wav", 16_000, True),
    ("adpcm-ms.avi", "adpcm_ms", 16_000, True),
    ("pcm.wav", "pcm_s16le", 16_000, True),
    ("pcm-24.mov", "pcm_s24le", 48_000, True),
    ("pcm-32.mkv", "pcm_s32le", 48_000, True),
    ("pcm-float.mkv", "pcm_f32le", 48_000, True),
    ("pcm-64.nut", "pcm_s64le", 48_000, True),
    ("pcm-u8.avi", "pcm_u8", 8_000, True),
    ("alaw.au", "pcm_alaw", 8_000, True),
    ("pcm.aiff", "pcm_s16be", 22_050, True),
    ("pcm.caf", "pcm_s16be", 16_000, True),
    ("pcm.w64", "pcm_s16le", 16_000, True),
    ("mulaw.au", "pcm_mulaw", 8_000, True),
    ("yamaha.wav", "adpcm_yamaha", 16_000, True),
    ("nellymoser.flv", "nellymoser", 44_100, False),
    ("pcm-64.wav", "pcm_f64le", 16_000, True),
]


def chirp(rate: int, seconds: float = SECONDS) -> np.ndarray:
    """Return a tone that rises from 200 to 2700 Hz, float32 (samples,). It is quiet before 0.5 s."""
    time = np.arange(round(rate * seconds)) / rate
    slope = 2500 / seconds
    level = np.where(time < 0.5, 0.01, 0.4)
    return (level * np.sin(2 * np.pi * (200 * time + slope * time**2 / 2))).astype(np.float32)


def delay(prepared: np.ndarray) -> float:
    """Return by how many seconds prepared audio lags behind the chirp, by the maximum of the cross-correlation."""
    expected = soxr.resample(chirp(48_000), 48_000, PREPARED_RATE)
    size = 1 << (len(expected) + len(prepared)).bit_length()
    spectrum = np.fft.rfft(prepared, size) * np.conj(np.fft.rfft(expected, size))
    lag = int(np.fft.irfft(spectrum, size).argmax())
    return (lag - size if lag > size // 2 else lag) / PREPARED_RATE


def write_media(
    path,
    codec: str,
    audio: np.ndarray,
    rate: int,
    *,
    format: str | None = None,
    channels: int = 1,
    start: float = 0.0,
    dropped: Sequence[tuple[float, float]] = (),
    video: bool = False,
    options: dict[str, str] | None = None,
) -> None:
    """Encode audio: (samples, channels), or (samples,) for the same in all channels.

    The time stamps begin at `start` seconds. Packets in the intervals `dropped` are left out. With `video` the file has a
    second stream that begins at 0.
    """
    with av.open(str(path), "w", format=format, options=options or {}) as container:
        experimental = {"strict": "experimental"} if codec == "vorbis" else {}
        stream = container.add_stream(codec, rate=rate, options=experimental)
        context = stream.codec_context
        if codec == "wmav2":  # has no default
            context.bit_rate = 128_000
        context.layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1", 16: "16 channels"}[channels]
        if context.codec.audio_formats:
            context.format = context.codec.audio_formats[0].name
        if video:
            write_video(container)
        for frame in _frames(context, audio, rate, round(start * rate), channels):
            for packet in stream.encode(frame):
                _mux(container, packet, dropped)
        for packet in stream.encode(None):
            _mux(container, packet, dropped)


def _frames(context, audio, rate, first, channels):
    """Yield frames of the size and format of an encoder."""
    if audio.ndim == 1:
        audio = np.repeat(audio[:, None], channels, axis=1)
    frame = av.AudioFrame.from_ndarray(audio.reshape(1, -1), "flt", context.layout.name)
    frame.sample_rate = rate
    resampler = av.AudioResampler(context.format.name, context.layout.name, rate)
    fifo = av.AudioFifo()
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        part.pts = None
        fifo.write(part)
    context.open(strict=False)
    while part := fifo.read(context.frame_size or 1024) or fifo.read(0, partial=True):
        part.pts, part.time_base = first, Fraction(1, rate)
        first += part.samples
        yield part


def _mux(container, packet, dropped):
    time = float((packet.pts or 0) * packet.time_base)
    if not any(begin <= time < end for begin, end in dropped):
        container.mux(packet)


def write_video(container):
    stream = container.add_stream("mpeg4", rate=10)
    stream.width = stream.height = 32
    for index in range(30):
        frame = av.VideoFrame(32, 32, "yuv420p")
        frame.pts, frame.time_base = index, Fraction(1, 10)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def joined(target: Path, *parts: Path) -> Path:
    """Write files one behind the other."""
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target
