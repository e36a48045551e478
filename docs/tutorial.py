"""Run the commands of docs/tutorial.md in a new folder, and write their output into the page.

    .venv/bin/python -m docs.tutorial                    # several minutes
    .venv/bin/python -m docs.tutorial --files FOLDER     # only the files that the page starts from

In the page, a block `console` contains commands, which begin with `$ `, and their output. A block with another language
whose first line is `# NAME` is written to the file NAME. `status=3` after `console` is the exit status of the last command.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bench.page import ROOT
from diarflow.artifacts.wheels import fetch_wheel_files
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.timeline.intervals import Interval, Turn, merge_overlapping, subtract
from tests.media import write_media

PAGE = ROOT / "docs" / "tutorial.md"
_HOME = "/path/to"  # in the page, the folder of the project and the checkout are below it
_BLOCK = re.compile(r"^```(\w+)(?: status=(\d+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)$", re.MULTILINE)
# lines of Snakemake and lines about the progress, whose number depends on the machine
_LEFT_OUT = re.compile(r"^(?:Using workflow specific profile .*|\d\d:\d\d \d+ recordings?, .* % done.*)\n", re.MULTILINE)  # fmt: skip
# values that differ between runs, and what they are replaced by before pages are compared
_VARYING = [
    (r"\d{4}-\d\d-\d\dT\d{6}\.\d+", "TIME"),  # in names of logs
    (r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d:\d\d", "TIME"),
    (r"[\d.,]+ ([hs]|min)(?: \d+ min)?(?: \([\d.,]+ times real time\))?$", "DURATION"),
    (r" *[\d.,]+ (?:x real time|/min)$", " SPEED"),
]
# the transcript is invented: a text for each turn of the recording
_TEXTS = [
    "Hello?", "Good morning.", "Good morning. Thank you for your time.", "My pleasure.",
    "Shall we begin with the first years of the orchestra, before the hall was built?",
    "Gladly. We had neither a hall nor a conductor then.", "How did you rehearse without a conductor?", "Yes.",
    "We listened. Everybody knew the parts of the others, and the oldest violin gave the beat with her head.",
    "That sounds difficult.",
]  # fmt: skip


def write_files(folder: Path) -> None:
    """Write the files that the page starts from, made of the recording of the demo, which is fetched with pip."""
    for name in ("interviews", "references", "mine", "whisper", "calls", "downloads"):
        (folder / name).mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        _fetch_sample(Path(scratch))
        samples, rate = soundfile.read(Path(scratch, "sample.wav"), dtype="float32")
        turns = read_turns(Path(scratch, "sample.rttm"))
    audio = soxr.resample(samples, rate, 44_100)
    write_media(folder / "interviews/Interview Müller.mp3", "libmp3lame", audio, 44_100)
    write_media(folder / "interviews/street.m4a", "aac", audio[10 * 44_100 :], 44_100)
    (folder / "interviews/notes.txt").write_text("Interview Müller: 4 May, the hall\n")
    later = [turn for turn in turns if turn.end > 10]
    excerpt = [Turn(max(0, turn.start - 10), turn.end - 10, turn.speaker) for turn in later]
    for id, own in (("Interview Müller", turns), ("street", excerpt)):
        write_rttm(folder / f"references/{id}.rttm", id, own)
        # the other program is 0.2 s late
        late = [turn._replace(start=turn.start + 0.2, end=turn.end + 0.2) for turn in own]
        write_rttm(folder / f"mine/{id}.rttm", id, late)
    _write_transcript(folder / "whisper/Interview Müller.json", turns)
    _write_call(folder / "calls/2026-05-04.wav", samples, rate, turns)
    _write_people(folder / "people", samples, rate, turns)
    (folder / "downloads/monday.mp3").write_text("<!DOCTYPE html>\n<title>404 Not Found</title>\n")
    write_media(folder / "downloads/monday again.mp3", "libmp3lame", audio[: 20 * 44_100], 44_100)
    _write_cora(folder / "people/Cora/voice.wav", folder / "downloads/voicemail.wav")


def _fetch_sample(folder: Path) -> None:
    """Fetch recording and reference of the demo as its rule does."""
    rule = (ROOT / "workflow/rules/prepare.smk").read_text().partition("rule fetch_sample:")[2]
    requirement, digest = re.findall(r'(?:requirement|sha256)="(.*?)"', rule)
    members = re.findall(r'"(pyannote/.*?)"', rule)
    paths = {member: str(folder / Path(member).name) for member in members}
    fetch_wheel_files(requirement, sha256=digest, members=paths)


def _write_transcript(path: Path, turns: list[Turn]) -> None:
    """Write a transcript as whisperX does. The words of a turn share its time in equal parts."""
    segments = []
    for turn, text in zip(sorted(turns), _TEXTS, strict=True):
        edges = np.linspace(turn.start, turn.end, len(text.split()) + 1).round(3).tolist()
        words = [
            {"word": word, "start": start, "end": end, "score": 0.9}
            for word, start, end in zip(text.split(), edges[:-1], edges[1:], strict=True)
        ]
        segments.append({"start": turn.start, "end": turn.end, "text": text, "words": words})
    path.write_text(json.dumps({"segments": segments}, indent=1), encoding="utf-8")


def _write_people(folder: Path, samples: np.ndarray, rate: int, turns: list[Turn]) -> None:
    """Write what each of the two speakers says alone, as recordings of known people."""
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    for name, speaker in zip(("Anna", "Ben"), speakers, strict=True):
        others = merge_overlapping(Interval(t.start, t.end) for t in turns if t.speaker != speaker)
        alone = [
            part
            for turn in sorted(turns)
            if turn.speaker == speaker
            for part in subtract(Interval(turn.start, turn.end), others)
        ]
        parts = [samples[round(start * rate) : round(end * rate)] for start, end in alone]
        (folder / name).mkdir(parents=True)
        soundfile.write(folder / name / "voice.wav", np.concatenate(parts), rate)


def _write_cora(known: Path, voicemail: Path) -> None:
    """Write what a synthetic voice says: the first turns as a recording of a known person, the others as a voicemail."""
    known.parent.mkdir()
    turns = synthesize_dialogue(voicemail, seed=3, speakers=1, turns=8)
    samples, rate = soundfile.read(voicemail, dtype="float32")
    middle = round((turns[3].end + turns[4].start) / 2 * rate)
    soundfile.write(known, samples[:middle], rate)
    soundfile.write(voicemail, samples[middle:], rate)


def _write_call(path: Path, samples: np.ndarray, rate: int, turns: list[Turn]) -> None:
    """Write a call: the first speaker is on channel 1, the second on channel 2, each with little noise."""
    random = np.random.default_rng(0)
    channels = random.normal(0, 0.0005, (len(samples), 2)).astype(np.float32)
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    for turn in turns:
        start, end = round(turn.start * rate), round(turn.end * rate)
        channels[start:end, speakers.index(turn.speaker)] = samples[start:end]
    soundfile.write(path, channels, rate)


def run_page(page: str, project: Path) -> str:
    """Return a page with the output of its commands, run in the folder `project`.

    Raises RuntimeError if a command has another exit status than the page.
    """
    return _BLOCK.sub(partial(_run_block, project), page)


def _run_block(project: Path, block: re.Match) -> str:
    language, status, text = block.groups()
    if language != "console":
        if text.startswith("# "):
            (project / text.split("\n", 1)[0].removeprefix("# ")).write_text(text)
        return block[0]
    info = f"console status={status}" if status else "console"
    commands = _COMMAND.findall(text)
    lines: list[str] = []
    for number, command in enumerate(commands, 1):
        done = run_command(command, project)
        expected = int(status or 0) if number == len(commands) else 0
        if done.returncode != expected:
            raise RuntimeError(
                f"{command}: status {done.returncode}, expected {expected}\n{done.stdout}"
            )
        lines += [f"$ {command}\n", cleaned(done.stdout, project)]
    return f"```{info}\n{''.join(lines)}```"


def run_command(command: str, project: Path) -> subprocess.CompletedProcess:
    """Run a command of a shell as a reader does who has activated the environment."""
    for path, name in _folders(project):
        command = command.replace(name, str(path))
    environment = {key: value for key, value in os.environ.items() if key[:10] != "SNAKEMAKE_"}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{environment['PATH']}", "LC_ALL": "C.UTF-8"}  # fmt: skip
    return subprocess.run(
        ["/bin/bash", "-c", command], cwd=project, env=environment, text=True, encoding="utf-8",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _folders(project: Path) -> list[tuple[Path, str]]:
    """Return the folders whose paths the page replaces, with the paths that it shows."""
    return [(project, f"{_HOME}/project"), (ROOT, f"{_HOME}/diarflow")]


def cleaned(output: str, project: Path) -> str:
    """Return output as the page shows it: with paths below the same folder, and without lines about progress."""
    for path, name in _folders(project):
        output = output.replace(str(path), name)
    output = re.sub(r"/\.venv-\w+/", "/.venv/", _LEFT_OUT.sub("", output))
    return "".join(f"{line.rstrip()}\n" for line in output.splitlines())


def normalised(page: str) -> str:
    """Return a page without the values that differ between runs.

    >>> normalised("2 of 2 recordings, 0.8 min of audio, 0 set aside, 75 s (0.7 times real time)")
    '2 of 2 recordings, 0.8 min of audio, 0 set aside, DURATION'
    """

    def lines() -> Iterator[str]:
        for line in page.splitlines():
            for pattern, name in _VARYING:
                line = re.sub(pattern, name, line)
            yield line

    return "\n".join(lines())


def in_new_folder(work: Callable[[Path], str]) -> str:
    """Return the result of work in a folder with the files that the page starts from."""
    with tempfile.TemporaryDirectory(prefix="diarflow-") as scratch:
        project = Path(scratch).resolve() / "project"
        write_files(project)
        return work(project)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="only write the files")
    folder = parser.parse_args().files
    if folder:
        write_files(folder)
        return
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(in_new_folder(partial(run_page, page)), encoding="utf-8")


if __name__ == "__main__":
    main()
