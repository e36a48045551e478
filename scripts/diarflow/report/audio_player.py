"""Audio of a recording's page, as a data URI."""

import io
from base64 import b64encode
from collections.abc import Iterable, Sequence

import numpy as np

from diarflow.audio.interleaved import read_interleaved
from diarflow.audio.prepared import SAMPLE_RATE

_MAX_CHANNELS = 2  # that browsers play without mixing them
_BITS_PER_SECOND = 24_000  # of each channel
MB_PER_HOUR = 14  # of one channel in a page; 9 to 15 in 16 recordings of 7 corpora


def embedded_audio(paths: Sequence) -> str:
    """Encode a prepared recording as Opus in a data URI of about MB_PER_HOUR; of a call, its prepared channels."""
    return opus_uri(read_interleaved(paths), len(paths))


def opus_uri(blocks: Iterable[np.ndarray], count: int) -> str:
    """Encode blocks of int16 (samples, `count` channels) as Opus in a data URI. Equal samples give equal URIs.

    One and two channels are kept, and the mean of more channels is encoded.
    """
    import av

    file = io.BytesIO()
    channels = count if count <= _MAX_CHANNELS else 1
    layout = "stereo" if channels == 2 else "mono"
    # bitexact: an Ogg stream has no random number then
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as out:
        options = {"application": "voip", "compression_level": "5"}
        stream = out.add_stream(
            "libopus", SAMPLE_RATE, layout=layout, bit_rate=channels * _BITS_PER_SECOND,
            options=options,
        )  # fmt: skip
        pieces = av.AudioFifo()  # the encoder takes frames of 20 ms
        for block in blocks:
            if channels < count:
                block = block.mean(axis=1, keepdims=True).astype(block.dtype)
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", layout)
            frame.sample_rate = SAMPLE_RATE
            pieces.write(frame)
            for piece in pieces.read_many(stream.frame_size):
                out.mux(stream.encode(piece))
        if rest := pieces.read():
            out.mux(stream.encode(rest))
        out.mux(stream.encode(None))
    return f"data:audio/ogg;base64,{b64encode(file.getvalue()).decode()}"
