"""Coverage-guided fuzzer for the parsers of one kind of file.

    PYTHONPATH=tests .venv-pyannote/bin/python -m slow.fuzz rttm -max_total_time=30

The options are those of libFuzzer. The exit status is not 0 if a parser raises any error but InputError.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["diarflow"]):
    from parsers import check

SEEDS = {
    "rttm": [b";; made\nSPEAKER a 1 0.0 1.5 <NA> <NA> Ann <NA> <NA>\n"],
    "uem": [b"a 1 0 12.5\n"],
    "csv": [b'filename,Offset,Duration,Speaker_id\na.wav,0.5,1,"Ann Lee"\n'],
    "tsv": [b"recording\taudio\tchannel\tnum_speakers\na\tx.tsv\teach\t2\n"],
    "yaml": [b"speech: {webrtc: {aggressiveness: 2}}\n", b"corpora:\n- {name: a, audio: b}\n"],
}
WORDS = (
    "SPEAKER", "nan", "inf", "1e309", "-1", "corpora", "systems", "backend", "\\x00", "\\xff", "!!",
)  # fmt: skip


def main() -> None:
    kind, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(SEEDS[kind]):
            (corpus / str(number)).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text("".join(f'"{word}"\n' for word in WORDS))
        options += [f"-dict={words}", "-max_len=400", f"-artifact_prefix={folder}/", str(corpus)]
        atheris.Setup([sys.argv[0], *options], lambda content: check(kind, content, folder))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
