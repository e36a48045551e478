"""Sources of a corpus: a table, audio files or a simulation, or what another toolkit wrote about a corpus."""

from diarflow.planning.corpus_rows import Rows, read_rows
from diarflow.planning.kaldi_corpus import is_kaldi_corpus, read_kaldi_corpus
from diarflow.planning.lhotse_corpus import is_lhotse_corpus, read_lhotse_corpus
from diarflow.planning.protocol_corpus import is_protocol_corpus, read_protocol_corpus
from diarflow.settings import Corpus

# of `recordings` other than a table: recogniser of the path, and reader
_SOURCES = {
    "Kaldi directory": (is_kaldi_corpus, read_kaldi_corpus),
    "lhotse manifest": (is_lhotse_corpus, read_lhotse_corpus),
    "pyannote.database": (is_protocol_corpus, read_protocol_corpus),
}


def read_source(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of a corpus. With `needs_audio`, each row needs an audio file.

    Raises InputError if the table or another source cannot be read.
    """
    for recognizes, read in _SOURCES.values():
        if source.recordings and recognizes(source.recordings):
            return read(source, needs_audio=needs_audio)
    return read_rows(source, needs_audio=needs_audio)
