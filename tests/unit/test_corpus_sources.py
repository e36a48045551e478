"""Corpora from Kaldi directories, lhotse manifests and protocols of pyannote.database."""

import gzip
import json

import pytest
import yaml
from table_corpus import source

from diarflow.errors import InputError
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.table import read_corpus
from diarflow.settings.corpora import Corpus

AUDIO = {"a": "audio/a.wav", "b": "audio/b.flac"}


@pytest.fixture
def folder(tmp_path):
    """A folder with the audio of recordings a and b."""
    (tmp_path / "audio").mkdir()
    for path in AUDIO.values():
        (tmp_path / path).touch()
    return tmp_path


def rows(recordings, folder, **fields):
    """Return name, audio, reference and UEM of the recordings, relative to the folder, and warnings."""
    found, warnings = read_corpus(source(recordings=str(recordings), **fields))
    values = [
        [(value or "").replace(f"{folder}/", "") for value in (one.name, one.audio, one.reference, one.uem)]
        for one in found
    ]  # fmt: skip
    return values, [warning.replace(f"{folder}/", "") for warning in warnings]


# --- Kaldi --------------------------------------------------------------------------------------


def kaldi(folder, **files):
    texts = {
        "wav.scp": f"a {folder}/audio/a.wav\nb ../audio/b.flac\n",
        "segments": "u1 a 0 1\nu2 b 0 1\n",
        "utt2spk": "u1 Ann\nu2 Bob\n",
        "reco2num_spk": "b 2\n",
        "reco2dur": "a 1\n",
    } | files
    (folder / "data").mkdir()
    for name, text in texts.items():
        (folder / "data" / name).write_text(text)
    return folder / "data"


def test_a_kaldi_directory_is_a_corpus_with_references(folder):
    data = kaldi(folder)
    assert rows(data, folder) == (
        [["a", "audio/a.wav", "data", ""], ["b", "audio/b.flac", "data", ""]],
        [],
    )
    recordings, _ = read_corpus(source(recordings=str(data)))
    assert [recording.num_speakers for recording in recordings] == [None, 2]
    stamps = [recording.row_parts()["reference"]["stamps"] for recording in recordings]
    assert [len(digest) for (digest,) in stamps] == [12, 12]


def test_a_reference_of_the_corpus_takes_the_place_of_the_segments(folder):
    data = kaldi(folder)
    (folder / "all.rttm").touch()
    values, _ = rows(data, folder, reference=str(folder / "all.rttm"))
    assert [row[2] for row in values] == ["all.rttm", "all.rttm"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("sph2pipe -f wav a.sph |", "is a command, expected an audio file"),
        ("data/raw.ark:123", "is part of an archive, expected an audio file"),
    ],
)
def test_commands_and_archives_in_wav_scp_are_mistakes_with_their_line(folder, entry, problem):
    data = kaldi(folder, **{"wav.scp": f"a {folder}/audio/a.wav\nb {entry}\n"})
    with pytest.raises(InputError) as error:
        read_corpus(source(recordings=str(data)))
    assert str(error.value).startswith(f"{data}/wav.scp:2: {entry} {problem}")
    recordings, _ = read_corpus(source(recordings=str(data)), CorpusNeeds(audio=False))
    assert len(recordings) == 2


# --- lhotse -------------------------------------------------------------------------------------


def manifest(folder, name, entries):
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    (folder / name).write_bytes(gzip.compress(text.encode()))
    return folder / name


def recording(id, path, kind="file"):
    sources = [{"type": kind, "channels": [0], "source": path}]
    return {"id": id, "sources": sources, "sampling_rate": 16000, "num_samples": 16000, "duration": 1.0}  # fmt: skip


def test_a_lhotse_manifest_is_a_corpus_with_the_supervisions_beside_it(folder):
    entries = [recording("a", "audio/a.wav"), recording("b", f"{folder}/audio/b.flac")]
    path = manifest(folder, "x_recordings_test.jsonl.gz", entries)
    assert rows(path, folder)[0] == [["a", "audio/a.wav", "", ""], ["b", "audio/b.flac", "", ""]]
    turns = [
        {"id": "1", "recording_id": "a", "start": 0, "duration": 1, "channel": 0, "speaker": "s"}
    ]
    manifest(folder, "x_supervisions_test.jsonl.gz", turns)
    values, _ = rows(path, folder)
    assert [row[2] for row in values] == ["x_supervisions_test.jsonl.gz"] * 2


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (recording("b", "x", "url"), ":2: b: the type of the source is url, expected file"),
        (recording("b", "x") | {"sources": [{}, {}]}, ":2: b: 2 sources, expected one audio file"),
        (
            {"id": "b", "start": 0},
            ":2: no id and sources, expected a manifest of lhotse recordings",
        ),
    ],
)
def test_a_lhotse_recording_that_is_not_one_file_is_a_mistake_with_its_line(folder, entry, problem):
    path = manifest(folder, "recordings.jsonl.gz", [recording("a", "audio/a.wav"), entry])
    with pytest.raises(InputError) as error:
        read_corpus(source(recordings=str(path)))
    assert str(error.value) == f"{path}{problem}"


# --- pyannote.database --------------------------------------------------------------------------

SUBSET = {"uri": "lists/{}.lst", "annotation": "rttm/{{uri}}.rttm", "annotated": "all.uem"}


@pytest.fixture
def database(folder):
    """A configuration with the protocol Toy.SpeakerDiarization.Calls: b is for training, a and b are the test."""
    for name, uris in (("train", "b\n"), ("test", "a\nb\n")):
        (folder / "lists").mkdir(exist_ok=True)
        (folder / "lists" / f"{name}.lst").write_text(uris)
    (folder / "rttm").mkdir()
    (folder / "rttm/a.rttm").write_text("SPEAKER a 1 0 1 <NA> <NA> x <NA> <NA>\n")
    (folder / "all.uem").write_text("a 1 0 1\nb 1 0 1\n")
    subsets = {
        name: {key: text.format(name) for key, text in SUBSET.items()} for name in ("train", "test")
    }
    meta = {"test": {"Toy.SpeakerDiarization.Calls": ["train"]}}
    content = {
        "Databases": {"Toy": ["audio/{uri}.wav", "audio/{uri}.flac"]},
        "Protocols": {
            "Toy": {"SpeakerDiarization": {"Calls": subsets}},
            "X": {"SpeakerDiarization": {"All": meta}},
        },
    }
    path = folder / "database.yml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_subset_of_a_protocol_is_a_corpus(folder, database, capsys):
    values, warnings = rows(
        database, folder, protocol="Toy.SpeakerDiarization.Calls", subset="test"
    )
    assert values == [
        ["a", "audio/a.wav", "rttm/a.rttm", "all.uem"], ["b", "audio/b.flac", "", "all.uem"],
    ]  # fmt: skip
    assert warnings == [
        "database.yml: 1 recording of Toy.SpeakerDiarization.Calls without a file for annotation"
    ]
    assert capsys.readouterr() == ("", "")


def test_a_protocol_of_protocols_is_a_corpus(folder, database):
    values, _ = rows(database, folder, protocol="X.SpeakerDiarization.All", subset="test")
    assert values == [["b", "audio/b.flac", "", "all.uem"]]


def test_pyannote_database_finds_the_same_files(folder, database):
    from pyannote.database import FileFinder
    from pyannote.database.registry import Registry

    (folder / "rttm/b.rttm").write_text("SPEAKER b 1 0 1 <NA> <NA> x <NA> <NA>\n")
    registry = Registry()
    registry.load_database(database)
    protocol = registry.get_protocol(
        "Toy.SpeakerDiarization.Calls", preprocessors={"audio": FileFinder(registry)}
    )
    values, _ = rows(database, folder, protocol="Toy.SpeakerDiarization.Calls", subset="test")
    found = [
        [file["uri"], str(file["audio"]).replace(f"{folder}/", "")] for file in protocol.test()
    ]
    assert [row[:2] for row in values] == found


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "corpus c: protocol is missing, expected one of {}: Toy.SpeakerDiarization.Calls, X"),
        ({"protocol": "Toy.Calls"}, "{}: no protocol Toy.Calls; it has Toy.SpeakerDiarization.Calls"),
        ({"protocol": "Toy.SpeakerDiarization.Calls", "subset": "development"},
         "{}: Toy.SpeakerDiarization.Calls has no development"),
        ({"protocol": "Toy.SpeakerDiarization.Calls"}, "{}: b: recording b appears twice, first in"),
    ],
)  # fmt: skip
def test_a_protocol_that_does_not_exist_is_a_mistake(database, fields, problem):
    with pytest.raises(InputError) as error:
        read_corpus(source(recordings=str(database), **fields))
    assert str(error.value).startswith(problem.format(database))


def test_a_recording_of_a_protocol_without_audio_is_a_mistake(folder, database):
    (folder / "audio/a.wav").unlink()
    fields = {"protocol": "Toy.SpeakerDiarization.Calls", "subset": "test"}
    with pytest.raises(InputError, match=r"database.yml: a: no audio file at .*/audio/a.wav"):
        read_corpus(source(recordings=str(database), **fields))


def test_a_protocol_needs_a_database(folder):
    with pytest.raises(ValueError, match=r"expected recordings: database\.yml"):
        Corpus(name="c", recordings="t.tsv", protocol="A.SpeakerDiarization.B")
