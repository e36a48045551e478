"""One configuration with an audio file of every codec and container that tests can write, and every kind of table.

Each file is in two corpora: in that of the folder, which is diarized, and in that of one of the tables, whose turns are
imported.
"""

import os
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
import soxr
import yaml
from media import PREPARED_RATE, WRITTEN, write_media
from table_corpus import ALIASES, CAPITALS, HEADER, text_of, workbook_of
from workflow_runs import Workflow

from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RAW = [("raw.g722", "g722", 16_000), ("raw.aptx", "aptx", 48_000)]
LATE = 0.7  # seconds from the start of the file, where its video starts, to that of the audio
WITH_VIDEO = (".mkv", ".mp4", ".mov", ".ts", ".mpg", ".nut")
UNTIMED = (".aac", ".ac3", ".amr", ".mp2", ".avi", ".g722", ".aptx")

# name of the corpus: ending and content of a table with these rows
TABLES = {
    "tabs": (".tsv", lambda rows: text_of("\t", rows=rows).encode()),
    "tabs-quoted": (".txt", lambda rows: text_of("\t", rows=rows, end="\r\n", quote_all=True).encode()),
    "commas": (".csv", lambda rows: text_of(",", rows=rows).encode()),
    "commas-marked": (".csv", lambda rows: text_of(",", rows=rows, end="\r\n").encode("utf-8-sig")),
    "empty-columns": (".csv", lambda rows: text_of(",", rows=rows, after=",,,").encode()),
    "semicolons": (".csv", lambda rows: text_of(";", rows=rows, end="\r\n").encode("cp1252")),
    "sep": (".csv", lambda rows: text_of(";", rows=rows, before="sep=;\r\n", end="\r\n").encode()),
    "bars": (".txt", lambda rows: text_of("|", rows=rows).encode()),
    "utf-16": (".tsv", lambda rows: text_of("\t", rows=rows, end="\r\n").encode("utf-16")),
    "utf-16-unmarked": (".csv", lambda rows: text_of(",", rows=rows).encode("utf-16-le")),
    "capitals": (".csv", lambda rows: text_of(",", CAPITALS, rows).encode()),
    "aliases": (".csv", lambda rows: text_of(";", ALIASES, rows).encode()),
    "comments": (".csv", lambda rows: text_of(",", rows=rows, before="# my corpus\n\n").encode()),
    "workbook": (".xlsx", lambda rows: workbook_of(("Sheet1", [HEADER, *rows]))),
    "second-sheet": (".xlsx", lambda rows: workbook_of(("Empty", []), ("Data", [ALIASES, *rows]))),
}  # fmt: skip
# no networks: the fastest system
LIGHT = {
    "speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector", "clustering": "kmeans",
    "turns": "join",
}  # fmt: skip


def is_late(name):
    return name.endswith(WITH_VIDEO)


def write_all_media(folder):
    """Write a dialogue in each codec and container, and its turns for each file. Return the names of the files."""
    turns = synthesize_dialogue(folder / "speech.wav", seed=0, speakers=2, turns=2)
    speech, speech_rate = soundfile.read(folder / "speech.wav", dtype="float32")
    names = []
    for name, codec, rate, *_ in [*WRITTEN, *RAW]:
        stem, ending = os.path.splitext(name)
        id = f"{stem}-{codec}-{ending[1:]}-ü"
        names.append(id + ending)
        write_rttm(folder / "turns" / f"{id}.rttm", id, turns)
        write_media(
            folder / "media" / names[-1],
            codec,
            soxr.resample(speech, speech_rate, rate).astype(np.float32),
            rate,
            channels=2 if codec in ("vorbis", "wmav2", "aptx") else 1,
            format=codec if (name, codec, rate) in RAW else None,
            start=LATE if is_late(name) else 0.0,
            video=is_late(name),
        )
    return names


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a folder after a run, the exit status and output, and the files by corpus."""
    folder = tmp_path_factory.mktemp("run")
    for name in ("media", "turns"):
        (folder / name).mkdir()
    names = write_all_media(folder)
    files = {"folder": names}
    corpora = [{"name": "folder", "audio": "media", "systems": ["light"]}]
    for number, (corpus, (ending, content)) in enumerate(TABLES.items()):
        files[corpus] = names[number :: len(TABLES)]
        rows = [
            (os.path.splitext(name)[0], f"media/{name}", "mix", "2", "") for name in files[corpus]
        ]
        (folder / f"{corpus}{ending}").write_bytes(content(rows))
        table = {"name": corpus, "recordings": f"{corpus}{ending}", "systems": ["imported"]}
        corpora.append(table)
    systems = {"light": LIGHT, "imported": {"rttm": "turns"}}
    config = {"corpora": corpora, "systems": systems, "batch_size": 100}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    done = Workflow(folder)("rttm", "--cores", "2", check=False)
    return folder, done, files


def test_every_codec_and_every_table_has_one_rttm_with_turns(run):
    folder, done, files = run
    assert done.status == 0, done.text
    codecs = {codec for _, codec, *_ in [*WRITTEN, *RAW]}
    assert len(files["folder"]) == len(WRITTEN) + len(RAW) and len(codecs) >= 28
    assert len(TABLES) >= 12
    for corpus, names in files.items():
        rttm = {
            path.stem: read_turns(path) for path in folder.glob(f"results/{corpus}/rttm/*/*.rttm")
        }
        assert set(rttm) == {os.path.splitext(name)[0] for name in names}
        assert all(rttm.values())
    in_tables = [name for corpus in TABLES for name in files[corpus]]
    assert sorted(in_tables) == sorted(files["folder"])


def decoded_by_ffmpeg(path):
    """Return what ffmpeg decodes, at the rate of prepared audio. Silence fills the time before the audio."""
    outputs = ["-map", "0:a", "-ar", str(PREPARED_RATE), "-ac", "1", "-f", "s16le", "-"]
    if is_late(str(path)):  # without this filter, ffmpeg begins with the audio
        outputs[2:4] = ["-af", f"aresample={PREPARED_RATE}:async=1:first_pts=0"]
        outputs += ["-map", "0:v", "-f", "null", "/dev/null"]
    command = ["ffmpeg", "-v", "quiet", "-y", "-i", path, *outputs]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<i2") / 32768


def lag(audio, other):
    """Return by how many seconds audio lags behind another version, by the maximum of the cross-correlation."""
    size = 1 << (len(audio) + len(other)).bit_length()
    spectrum = np.fft.rfft(audio, size) * np.conj(np.fft.rfft(other, size))
    samples = int(np.fft.irfft(spectrum, size).argmax())
    return (samples - size if samples > size // 2 else samples) / PREPARED_RATE


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
def test_times_agree_with_ffmpeg_where_the_container_has_time_stamps(run):
    folder, _, files = run
    timed = [name for name in files["folder"] if not name.endswith(UNTIMED)]
    lags = {}
    for name in timed:
        prepared, _ = soundfile.read(
            folder / f"results/folder/audio/{os.path.splitext(name)[0]}.wav"
        )
        if is_late(name):
            assert not prepared[: round((LATE - 0.1) * PREPARED_RATE)].any()
        lags[name] = lag(prepared, decoded_by_ffmpeg(folder / "media" / name))
    assert len(timed) >= 35
    assert {name: lag for name, lag in lags.items() if abs(lag) > 0.005} == {}
