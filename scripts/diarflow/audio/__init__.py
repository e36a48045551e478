"""Decoding of audio files, prepared audio, and acoustic features."""

# Extensions of files that are taken for audio in a folder of recordings. The first ones also mean video.
VIDEO_EXTENSIONS = {
    ".3g2", ".3gp", ".asf", ".avi", ".f4v", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
    ".mxf", ".nut", ".ogv", ".rm", ".vob", ".webm", ".wmv",
}  # fmt: skip
AUDIO_EXTENSIONS = {
    # decoded by libsndfile
    ".aif", ".aifc", ".aiff", ".au", ".bwf", ".caf", ".flac", ".mp3", ".nist", ".oga", ".ogg", ".opus", ".rf64",
    ".snd", ".sph", ".voc", ".w64", ".wav", ".wave",
    # decoded by FFmpeg
    ".aac", ".ac3", ".amr", ".ape", ".aptx", ".awb", ".dts", ".eac3", ".g722", ".gsm", ".m4a", ".m4b", ".mka", ".mp2",
    ".mpc", ".ra", ".spx", ".tak", ".tta", ".wma", ".wv",
} | VIDEO_EXTENSIONS  # fmt: skip
