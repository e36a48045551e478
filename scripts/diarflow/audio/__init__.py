"""Decoding of audio files, prepared audio, and acoustic features."""

# Extensions of files that libsndfile can decode.
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
}
