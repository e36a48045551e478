"""Decoding of audio files, prepared audio, and acoustic features."""

# Extensions of files that are taken for audio in a folder of recordings.
AUDIO_EXTENSIONS = {
    ".wav",
    ".flac",
    ".ogg",
    ".oga",
    ".opus",
    ".mp3",
    ".aiff",
    ".aif",
    ".au",
    ".w64",
    # also decoded by libsndfile
    ".aifc",
    ".caf",
    ".nist",
    ".rf64",
    ".snd",
    ".sph",
    # decoded by FFmpeg
    ".aac",
    ".ac3",
    ".amr",
    ".ape",
    ".m4a",
    ".mka",
    ".mp2",
    ".spx",
    ".tta",
    ".wma",
    ".wv",
}
