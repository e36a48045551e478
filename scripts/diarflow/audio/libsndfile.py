"""Decoding with libsndfile: WAV, AIFF, FLAC and others whose length is known, and healthy MP3 and Ogg files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import soundfile

from diarflow.audio.blocks import Block, Coverage, IncompleteError, block_length
from diarflow.audio.parts import Part
from diarflow.errors import InputError


class LibsndfileDecoder:
    """Decode a part with libsndfile.

    `promised` is the number of samples by the header, `expected` the least number of samples that the part holds, and
    `notes` are sentences about the part. They may be set. Raises soundfile.LibsndfileError if libsndfile cannot read the part.
    """

    name = "libsndfile"

    def __init__(self, part: Part):
        self._part = part
        with self._open() as sound:
            self.rate, self.channels = sound.samplerate, sound.channels
            self.format, self.codec = sound.format, sound.subtype
            self.frames = sound.frames
        self.promised: int | None = self.frames
        self.expected = 0
        self.notes: list[str] = []
        self.coverage = Coverage(self.rate, self.promised)

    @contextmanager
    def _open(self) -> Iterator[soundfile.SoundFile]:
        if not self._part.is_whole:
            with soundfile.SoundFile(self._part.file()) as sound:
                yield sound
            return
        descriptor = os.dup(self._part.source.descriptor)  # without Python code for each read
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            with soundfile.SoundFile(descriptor, closefd=False) as sound:
                yield sound
        finally:
            os.close(descriptor)

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, up to the point of truncation.

        Raises InputError if the part is damaged before its end, because the audio after the damage would be shifted.
        """
        self.coverage = Coverage(self.rate, self.promised, notes=list(self.notes))
        block = np.empty((block_length(self.channels), self.channels), np.float32)
        with self._open() as sound:
            failed = False
            while not failed and self.coverage.decoded < self.frames:
                wanted = min(len(block), self.frames - self.coverage.decoded)
                try:
                    count = len(sound.read(wanted, dtype="float32", always_2d=True, out=block))
                except soundfile.LibsndfileError as error:
                    failed = True
                    count = sound.tell() - self.coverage.decoded if sound.seekable() else 0
                    if self._last_sample_decodes():
                        seconds = (self.coverage.decoded + count) / self.rate
                        name = self._part.source.name
                        raise InputError(f"{name}: damaged at {seconds:.2f} s") from error
                if count <= 0:
                    break
                self.coverage.decoded += count
                yield Block(block[:count], self.rate)
        if self.coverage.decoded < self.expected:
            raise IncompleteError

    def _last_sample_decodes(self) -> bool:
        """Return True if the last sample can be decoded: the part is damaged, not truncated."""
        with self._open() as sound:
            try:
                sound.seek(sound.frames - 1)
                return len(sound.read(1)) == 1
            except soundfile.LibsndfileError:
                return False
