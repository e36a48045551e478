"""The blocks of docs/tutorial.md: commands, files, and the output that differs between runs."""

import pytest

from docs import tutorial

PAGE = """Text.

```yaml
# my.yaml
corpora: []
```

```console
$ cat my.yaml
$ printf 'x \\n'; pwd
old
```
"""


def test_a_page_gets_the_output_of_its_commands(tmp_path):
    page = tutorial.run_page(PAGE, tmp_path)
    assert page.endswith("$ cat my.yaml\n# my.yaml\ncorpora: []\n$ printf 'x \\n'; pwd\nx\n/path/to/project\n```\n")  # fmt: skip
    assert tutorial.run_page(page, tmp_path) == page
    assert tutorial.normalised(page) != tutorial.normalised(PAGE)


def test_an_unexpected_exit_status_is_an_error(tmp_path):
    block = "```console{}\n$ true\n$ exit 3\n```\n"
    assert tutorial.run_page(block.format(" status=3"), tmp_path) == block.format(" status=3")
    with pytest.raises(RuntimeError, match="exit 3: status 3, expected 0"):
        tutorial.run_page(block.format(""), tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 of 3 recordings, 1.5 min of audio, 0 set aside, 52 s (1.7 times real time)",
         "3 of 3 recordings, 1.5 min of audio, 0 set aside, 1 h 2 min (12 times real time)"),
        ("log: a/2026-11-28T155851.544416.snakemake.log", "log: a/2027-01-02T035851.1.snakemake.log"),
        ("prepare_audio            3 of 3                     12.5 x real time",
         "prepare_audio            3 of 3                        3 x real time"),
        ("report_all  1 of 1    1.5 /min", "report_all  1 of 1   10.5 /min"),
        ("the run ended on Saturday 15:52", "the run ended on Monday 01:00"),
    ],
)  # fmt: skip
def test_times_and_speeds_do_not_count(one, other):
    assert tutorial.normalised(one) == tutorial.normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2 of 3 recordings, 1.5 min of audio, 1 set aside, 52 s", "3 of 3 recordings, 1.5 min of audio, 0 set aside, 52 s"),
        ("prepare_audio  3 of 3  1 x real time", "prepare_audio  2 of 3  1 x real time"),
        ("Interview Müller  0:30", "Interview Müller  0:31"),
    ],
)  # fmt: skip
def test_counts_and_durations_of_audio_count(one, other):
    assert tutorial.normalised(one) != tutorial.normalised(other)


def test_the_page_has_eight_steps_with_commands():
    steps = tutorial.PAGE.read_text(encoding="utf-8").split("\n## ")[1:9]
    assert [step[:2] for step in steps] == [f"{number}." for number in range(1, 9)]
    assert all("```console\n$ " in step or "```console status=3\n$ " in step for step in steps)
