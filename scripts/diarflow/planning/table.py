"""Recordings of all corpora, and warnings about their tables and annotations."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from diarflow.errors import InputError
from diarflow.formats.kaldi import is_kaldi_directory
from diarflow.formats.text import counted, examples
from diarflow.planning.corpus_reader import CorpusNeeds, CorpusReader
from diarflow.planning.recording import Recording
from diarflow.planning.reference_digests import annotation_warnings
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.settings import Corpus


def read_corpora(
    sources: Iterable[Corpus], needs: Mapping[str, CorpusNeeds] | None = None
) -> tuple[list[Recording], list[str]]:
    """Return the recordings of all corpora, and warnings.

    `needs` maps the name of a corpus to what its systems read; by default they read the audio.
    Raises InputError with a line for each mistake.
    """
    sources = list(sources)
    recordings: list[Recording] = []
    warnings: list[str] = []
    problems: list[str] = []
    other_corpora: dict[str, Counter[str]] = {}
    for source in sources:
        try:
            corpus = CorpusReader(source, (needs or {}).get(source.name, CorpusNeeds()))
            recordings += corpus.read()
        except InputError as error:
            problems.append(str(error))
            continue
        warnings += corpus.warnings
        if source.recordings:
            other_corpora[source.recordings] = corpus.other_corpora
    if problems:
        raise InputError.of(problems)
    configured = {source.name for source in sources}
    for table, counts in other_corpora.items():
        if others := sorted(set(counts) - configured):
            rows = sum(counts[name] for name in others)
            names = examples(name or "(empty)" for name in others)
            warnings.append(
                f"{table}: {counted(rows, 'row')} of corpora that are not configured: {names}"
            )
    return recordings, list(dict.fromkeys(warnings))


def read_corpus(
    source: Corpus, needs: CorpusNeeds | None = None
) -> tuple[list[Recording], list[str]]:
    """Return the recordings of a corpus, and warnings. Raises InputError with a line for each mistake."""
    corpus = CorpusReader(source, needs or CorpusNeeds())
    return corpus.read(), corpus.warnings


def warn_of_annotations(recordings: Iterable[Recording]) -> list[str]:
    """Return warnings about files of annotations that cannot be read, or that name recordings no table lists."""
    files: dict[tuple[str, str], list[RecordingLines]] = {}
    for recording in recordings:
        for path, kind in recording.annotation_files():
            if os.path.isfile(path) or is_kaldi_directory(path):
                lines = recording.lines_in(path)
                files.setdefault((path, kind), []).append(lines)
    return annotation_warnings(files)
