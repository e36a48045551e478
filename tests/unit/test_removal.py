"""Removal of files that are not kept, at the end of a run."""

from types import SimpleNamespace

from diarflow.runs.removal import remove_files


def plan_of(*ids):
    """Return a plan that keeps no prepared audio of these recordings."""
    return SimpleNamespace(
        removed=frozenset({"audio"}),
        paths=lambda product, rule, ending: [f"results/c/{product}/{id}{ending}" for id in ids],
        settings=SimpleNamespace(keep_embeddings=True),
    )


def test_files_are_removed_and_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/c/audio").mkdir(parents=True)
    (tmp_path / "results/c/audio/a.wav").write_bytes(bytes(2_000_000))
    assert list(remove_files(plan_of("a", "b"))) == ["removed 1 file that is not kept, 2.0 MB"]
    assert not (tmp_path / "results/c/audio/a.wav").exists()


def test_files_in_a_linked_folder_remain_and_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.wav").write_bytes(b"mine")
    (tmp_path / "results/c").mkdir(parents=True)
    (tmp_path / "results/c/audio").symlink_to(tmp_path / "mine")
    (line,) = remove_files(plan_of("a"))
    assert "behind links" in line and "results/c/audio/a.wav" in line
    assert (tmp_path / "mine/a.wav").read_bytes() == b"mine"
