"""A fuzzer that is guided by the lines it reaches, on the parsers of one kind of file.

    python tests/slow/fuzz.py rttm -max_total_time=30

Options are libFuzzer's. It ends with another status than 0 where anything but our InputError comes out.
"""

import sys
import tempfile
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "scripts")]
with atheris.instrument_imports(include=["diarflow"]):
    from parsers import check

SEEDS = {
    "rttm": [b";; made\nSPEAKER a 1 0.0 1.5 <NA> <NA> Ann <NA> <NA>\n"],
    "uem": [b"a 1 0 12.5\n"],
    "csv": [b'filename,Offset,Duration,Speaker_id\na.wav,0.5,1,"Ann Lee"\n'],
    "tsv": [b"recording\taudio\tchannel\tnum_speakers\na\tx.tsv\teach\t2\n"],
    "yaml": [b"speech: {webrtc: {aggressiveness: 2}}\n", b"corpora:\n- {name: a, audio: b}\n"],
}


def main() -> None:
    kind, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(SEEDS[kind]):
            (corpus / str(number)).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text("".join(f'"{word}"\n' for word in _words()))
        options += [f"-dict={words}", "-max_len=400", f"-artifact_prefix={folder}/", str(corpus)]
        atheris.Setup([sys.argv[0], *options], lambda content: check(kind, content, folder))
        atheris.Fuzz()


def _words() -> list[str]:
    return [
        "SPEAKER",
        "nan",
        "inf",
        "1e309",
        "-1",
        "corpora",
        "systems",
        "backend",
        "\\x00",
        "\\xff",
        "!!",
    ]


if __name__ == "__main__":
    main()
