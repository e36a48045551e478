"""Files with settings: mistakes that a loader accepts, or at which it does not end, are one line with file and line."""

import sys
import time

import pytest
import yaml
from conftest import ROOT
from test_settings import settings

from diarflow.errors import InputError
from diarflow.settings.files import check_command_line, check_file, config_files


def lists(levels):
    """Return a text with lists of nine aliases to the list before: 9 ** levels values."""
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def mappings(levels):
    """Return a text with mappings of two aliases to the mapping before: 2 ** levels values."""
    lines = ["x0: &x0 {a: 1}"]
    lines += [f"x{n}: &x{n} {{a: *x{n - 1}, b: *x{n - 1}}}" for n in range(1, levels)]
    return "\n".join(lines)


CASES = {
    "nested aliases of lists": (lists(9), 6, "aliases repeat more than 100000 values"),
    "nested aliases of mappings": (mappings(30), 15, "aliases repeat more than 100000 values"),
    "alias to itself": ("a: 1\nb: &b [*b]", 2, "the alias *b refers to a value that contains it"),
    "alias without anchor": ("a: *b", 1, "the alias *b has no anchor"),
    "repeated key": ("a: 1\nb: {c: 1,\n  d: 2, c: 3}", 3, "the key c is repeated, it is also in line 2"),
    "repeated block": ("a:\n  b: 1\nc: 1\na:\n  d: 1", 4, "the key a is repeated, it is also in line 1"),
    "repeated key in JSON": ('{"a":\t1,\n\t"a": 2}', 2, "the key a is repeated, it is also in line 1"),
    "nested lists": ("a: " + "[" * 5000, 1, "more than 30 mappings and lists are nested"),
    "syntax": ("a: 1\nb: c: d", 2, "not valid YAML: mapping values are not allowed"),
    "tab": ("a:\n\tb: 1", 2, "not valid YAML: found character that cannot start any token"),
    "control character": ("a: 1\nb: \x1b[2J", 2, "not valid YAML: control characters are not allowed"),
    "not UTF-8": (b"a: 1\nb: \xe9", 2, "the byte 0xe9 is not UTF-8"),
    "digits": ("a: " + "9" * 5000, 1, "a number has 5000 characters, expected at most 100"),
    "hexadecimal digits": ("a: 0x" + "f" * 5000, 1, "a number has 5002 characters"),
    "octal number": ("a: 010", 1, "010 is a number to base 8 or 60 in YAML"),
    "sexagesimal number": ("a: 12:30", 1, "12:30 is a number to base 8 or 60 in YAML"),
    "tag without a value": ("a: !!int", 1, " is not a number, expected quotes"),
    "merge of text": ("a: 1\nb: {<<: c}", 2, "<< has no mapping to merge"),
    "date": ("a: 2026-13-01", 1, "2026-13-01 is not a date"),
    "tag of Python": ("a: 1\nb: !!python/object/apply:os.system [x]", 2, "the tag !!python/object/apply"),
    "unknown tag": ("a: !include b.yaml", 1, "b.yaml has the tag !include"),
    "key that is a list": ("? [a]\n: 1", 1, "a key is a mapping or a list"),
    "two documents": ("a: 1\n---\nb: 1", 2, "a second document begins"),
    "list": ("- a", 1, "the file contains no settings"),
    "empty file": ("", 1, "the file contains no settings"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_a_loader_misreads_is_one_line_with_its_line(tmp_path, case):
    text, line, message = CASES[case]
    path = tmp_path / "my.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    start = time.process_time()
    with pytest.raises(InputError) as error:
        check_file(str(path))
    assert time.process_time() - start < 1
    assert str(error.value).startswith(f"{path}:{line}: {message}")
    assert "\n" not in str(error.value) and len(str(error.value)) <= 300


@pytest.mark.parametrize(
    "text",
    [
        "x: &x {a: 1}\ny: {<<: *x, a: 2}\nz: [*x, *x]",
        '{"a":\t1, "b": {"a": 2}}',
        "a: 0.5\nb: -1\nc: 1_000\nd: null\ne: 2026-11-28\nf: '010'\ng: 'a: b'",
        "\ufeffa: 1",
    ],
)
def test_files_that_a_loader_reads_rightly_are_accepted(tmp_path, text):
    (tmp_path / "my.yaml").write_text(text)
    check_file(str(tmp_path / "my.yaml"))


@pytest.mark.parametrize("path", ["config.yaml", *(f"bench/configs/{p.name}" for p in (ROOT / "bench/configs").iterdir())])  # fmt: skip
def test_the_shipped_configurations_are_accepted(path):
    check_file(str(ROOT / path))


def test_a_file_that_is_too_large_or_a_folder_is_one_line(tmp_path):
    with open(tmp_path / "my.yaml", "wb") as file:
        file.truncate(10**9)
    with pytest.raises(InputError, match=r"my.yaml: has 1000 MB, expected at most 20 MB"):
        check_file(str(tmp_path / "my.yaml"))
    with pytest.raises(InputError, match="Is a directory, expected a readable YAML file"):
        check_file(str(tmp_path))


def test_a_mistake_on_the_command_line_ends_the_process_with_one_line(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "my.yaml").write_text("a: 1\na: 2\n")
    arguments = ["snakemake", "--configfile", str(tmp_path / "no.yaml"), str(tmp_path / "my.yaml")]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match="1"):
        check_command_line()
    error = capsys.readouterr().err
    assert error == f"{tmp_path}/my.yaml:2: the key a is repeated, it is also in line 1\n"


@pytest.mark.parametrize("profile", ["default", "large", "slurm"])
def test_every_profile_checks_the_files_before_snakemake_loads_them(profile):
    profile = yaml.safe_load((ROOT / "profiles" / profile / "profile.yaml").read_text())
    assert profile["__use_yte__"] and "check_command_line()" in profile["__definitions__"][-1]


def test_abbreviated_and_repeated_options_name_files():
    arguments = [
        "--configfi",
        "a.yaml",
        "-n",
        "b",
        "--config",
        "c=1",
        "--configfiles=d.yaml",
        "e.yaml",
        "-F",
    ]
    assert config_files(arguments) == ["a.yaml", "d.yaml", "e.yaml"]


def test_settings_that_aliases_repeat_are_read_once():
    """Without a check before it, reading takes a time that grows with the lines of the file."""
    start = time.process_time()
    with pytest.raises(InputError, match="x0 is not a setting"):
        settings(yaml.safe_load(lists(9)))
    assert time.process_time() - start < 5
