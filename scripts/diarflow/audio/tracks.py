"""Selection of an audio track of a file, by its number or its language."""

from collections.abc import Sequence
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.text import shown


def select_track(
    name: str, streams: Sequence[Any], best: Any, track: int | str | None
) -> tuple[Any, list[str]]:
    """Return the stream of a track among the audio streams of a file, and notes about the choice.

    Without a track it is `best`. Of several tracks of a language it is the first. A file with a single track has no
    choice of languages. Raises InputError if there is no such track.
    """
    languages = [stream.metadata.get("language", "") for stream in streams]
    names = ", ".join(shown(text or "no language", 20) for text in languages)
    several = f"The file has {len(streams)} audio tracks ({names})"
    if track is None:
        if len(streams) < 2:
            return best, []
        indices = [stream.index for stream in streams]
        return best, [f"{several}. Track {indices.index(best.index) + 1} is used."]
    if isinstance(track, int):
        if not 1 <= track <= len(streams):
            raise InputError(f"{name}: track is {track}, expected 1 to {len(streams)}")
        return streams[track - 1], []
    same = [
        stream for stream, text in zip(streams, languages, strict=True) if text.lower() == track
    ]
    if not same and len(streams) > 1:
        raise InputError(f"{name}: track is {track}, expected a number or one of {names}")
    if not same:
        language = shown(languages[0] or "not given", 20)
        return best, [f"The language of the only audio track is {language}, not {track}."]
    notes = [f"{several}. The first of {len(same)} in {track} is used."] if len(same) > 1 else []
    return same[0], notes


def check_only_track(name: str, track: int | str | None) -> None:
    """Raise InputError if a file of a format with one track is to be read from another."""
    if isinstance(track, int) and track > 1:
        raise InputError(f"{name}: track is {track}, expected 1 to 1")
