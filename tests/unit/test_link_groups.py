"""Link groups and known people, as planning reads them."""

import pytest
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.known_people import Sample, prepared_audio, read_samples
from diarflow.planning.link_groups import link_groups, link_warnings
from diarflow.planning.plan import Plan
from diarflow.planning.recording import Recording


def corpora(*names, link=False, **more):
    return [{"name": name, "audio": ".", "link": link, **more} for name in names]


def groups(*names, link=False, systems=("best", "classic"), **links):
    chosen = {"corpora": corpora(*names, link=link, systems=list(systems)), "links": links}
    return link_groups(settings(chosen))


def test_each_corpus_with_link_true_is_a_group_with_the_default_settings():
    first, second = groups("a", "b", link=True, default={"threshold": 0.9})
    assert (first.name, first.corpora, first.settings.threshold) == ("a", ("a",), 0.9)
    assert second.corpora == ("b",)


def test_an_entry_with_corpora_links_them_together():
    [group] = groups("a", "b", archive={"backend": "search", "corpora": ["b", "a"]})
    assert (group.name, group.corpora, group.settings.backend) == ("archive", ("b", "a"), "search")


def test_only_systems_with_the_vectors_of_the_plda_are_linked_by_default():
    [group] = groups("a", link=True)
    assert group.systems == ("best",)
    [group] = groups("a", link=True, default={"model": None})
    assert group.systems == ("best", "classic")


def test_a_system_that_is_not_linked_is_a_warning():
    chosen = settings({"corpora": corpora("a", link=True, systems=["best", "classic"])})
    assert list(link_warnings(chosen, link_groups(chosen))) == [
        "corpus a: link: classic not linked; linked: best"
    ]


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ({"x": {"backend": "search", "corpora": ["a"]}, "y": {"backend": "search", "corpora": ["a"]}}, "which links.x links"),
        ({"default": {"systems": ["fast"]}}, "fast does not run on the corpus a"),
        ({"x": {"backend": "search"}}, "two entries whose corpora is null"),
    ],
)  # fmt: skip
def test_mistakes_in_links_are_messages(links, message):
    with pytest.raises(InputError, match=message):
        groups("a", link=True, **links)


def test_a_folder_of_known_people_has_a_folder_for_each(tmp_path):
    for name in ("Ann Lee/1.wav", "Ann Lee/2.flac", "Bob/x.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [(sample.name, sample.end) for sample in read_samples(str(tmp_path))]
    assert names == [("Ann Lee", None), ("Ann Lee", None), ("Bob", None)]


def test_a_table_of_known_people_has_stretches(tmp_path):
    (tmp_path / "x.wav").touch()
    table = tmp_path / "people.tsv"
    table.write_text("name\taudio\tstart\tend\nBob\tx.wav\t1.5\t9\nAnn\tx.wav\t\t\n")
    path = str(tmp_path / "x.wav")
    assert read_samples(str(table)) == [Sample("Ann", path), Sample("Bob", path, 1.5, 9.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,audio,start,end\nBob,y.wav,,\n", r"people.csv:2: audio is y.wav: no such file"),
        ("name,audio,start,end\nBob,x.wav,5,2\n", r"people.csv:2: start and end are 5 and 2"),
        ("name,audio,start,end\n,x.wav,,\n", r"people.csv:2: name is empty"),
        ("who,audio\nBob,x.wav\n", r"people.csv:1: columns are who, audio"),
        ("name,audio\n", "no people"),
        ("name,audio\nAnn Lee,x.wav\nAnn_Lee,x.wav\n", "are the same in RTTM"),
    ],
)
def test_mistakes_in_tables_of_known_people_are_messages(tmp_path, text, message):
    (tmp_path / "x.wav").touch()
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_samples(str(tmp_path / "people.csv"))


def test_names_that_were_corrected_on_a_page_are_enrolled_where_nobody_else_is_active(tmp_path):
    page = tmp_path / "r.csv"
    head = "recording,start,end,speaker,text,corrected\n"
    rows = ["r,0,4,Ann,,SPEAKER_00\n", "r,3,6,SPEAKER_01,,\n", "r,8,8.5,Ann,,SPEAKER_00\n"]
    page.write_text(head + "".join(rows))
    files = {("r", ""): ["r.wav"]}
    assert read_samples(str(tmp_path), files) == [Sample("Ann", "r.wav", 0.0, 3.0)]
    with pytest.raises(InputError, match=r"r.csv:2: r: no recording with audio of this name"):
        read_samples(str(tmp_path))
    with pytest.raises(InputError, match=r"r.csv:2: r: 2 recordings of this name in the corpora"):
        read_samples(str(tmp_path), {("r", ""): ["r.wav", "other.wav"]})


def test_names_that_were_corrected_on_the_page_of_a_call_are_enrolled_from_their_channel(tmp_path):
    """Ann speaks on channel 2 while Bob speaks on channel 1."""
    head = "recording,start,end,speaker,text,channel,corrected\n"
    (tmp_path / "call.csv").write_text(head + "call,0,4,Bob,,1,\ncall,1,3,Ann,,2,\n")
    files = {("call", "1"): ["call_ch1.wav"], ("call", "2"): ["call_ch2.wav"]}
    assert read_samples(str(tmp_path), files) == [
        Sample("Ann", "call_ch2.wav", 1.0, 3.0),
        Sample("Bob", "call_ch1.wav", 0.0, 4.0),
    ]


def test_prepared_audio_has_the_format_of_the_settings():
    """Names that were corrected on a page are enrolled from it."""
    chosen = settings({"corpora": corpora("c"), "audio_format": "flac"})
    plan = Plan(chosen, [Recording("c", "a", "a", "a.wav")])
    assert prepared_audio(plan) == {("a", ""): ["results/c/audio/a.flac"]}


def test_recordings_have_prepared_audio_by_id_and_name_and_calls_by_channel():
    recordings = [
        Recording("c", "a", "a.mp3", "x/a.mp3", channel=2),
        Recording("d", "a", "a.mp3", "x/a.mp3", channel=2),  # the same recording again
        Recording("e", "a", "a", "other/a.wav"),
        Recording("c", "call_ch1", "call", "x/call.wav", channel=1, call="call"),
        Recording("c", "call_ch2", "call", "x/call.wav", channel=2, call="call"),
    ]
    chosen = settings({"corpora": corpora("c", "d", "e")})
    assert prepared_audio(Plan(chosen, recordings)) == {
        ("a", ""): ["results/c/audio/a.wav", "results/e/audio/a.wav"],
        ("a.mp3", ""): ["results/c/audio/a.wav"],
        ("call", "1"): ["results/c/audio/call_ch1.wav"],
        ("call", "2"): ["results/c/audio/call_ch2.wav"],
    }
