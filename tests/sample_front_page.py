"""A report on two corpora for the front page: one with references and three systems, one without references."""

from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.artifacts.sidecars import write_sidecar
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.site import write_site
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.names import PROTOCOLS
from diarflow.scoring.speaker_counts import tabulate_speaker_counts
from diarflow.scoring.totals import COLUMNS, compute_totals, concatenate_rounded, write_csv
from diarflow.timeline.intervals import Interval, Turn

STAGES = ("speech", "changes", "overlap", "embedding", "clustering", "turns")
OURS = dict.fromkeys(STAGES, "v")
SYSTEMS = {"ours": OURS, "theirs": {"rttm": "their.rttm"}, "ours-oracle-speech": OURS | {"speech": "oracle"}}  # fmt: skip
SETTINGS = {"speech": {"v": {"backend": "webrtc"}, "oracle": {"backend": "oracle"}}}
# seconds of reference speech, and of missed speech, false alarm and confusion of each system
SECONDS = {
    "long": (60.0, {"ours": (6, 0, 0), "theirs": (12, 0, 1), "ours-oracle-speech": (0, 0, 0)}),
    "short": (2.0, {"ours": (1, 0, 0.2), "theirs": (1, 1, 0), "ours-oracle-speech": (0, 0, 0.2)}),
    "gecko": (40.0, {"ours": (0, 0, 10), "theirs": (0, 0, 12), "ours-oracle-speech": (0, 0, 9)}),
}
ARCHIVE = ("one", "two", "three", "four", "five", "crowd")


def sample_scores() -> pd.DataFrame:
    """Return rows of der.csv of the recordings with references. The protocols fair and forgiving halve the errors."""
    rows = []
    for recording, (speech, errors_of) in SECONDS.items():
        for system, errors in errors_of.items():
            for protocol in PROTOCOLS:
                half = 1 if protocol == "full" else 0.5
                missed, false_alarm, confusion = (half * seconds for seconds in errors)
                rows.append(dict.fromkeys(COLUMNS, 0.0) | {
                    "corpus": "talk", "system": system, "recording": recording, "protocol": protocol,
                    "scored_seconds": speech, "reference_seconds": speech, "missed": missed,
                    "false_alarm": false_alarm, "confusion": confusion,
                    "der": 100 * sum((missed, false_alarm, confusion)) / speech,
                    "missed_percent": 100 * missed / speech, "confusion_percent": 100 * confusion / speech,
                    "reference_speakers": 2, "hypothesis_speakers": 3 if recording == "gecko" else 2,
                    "repairs": 0, "recordings": 1, "speakers_given": False, "failed_rule": "", "extent": "audio",
                })  # fmt: skip
    return pd.DataFrame(rows)


def sample_content(**changes):
    """Return the content of the report: see `diarflow.planning.report_content.report_content`."""
    entry = {"corpus": "talk", "systems": list(SYSTEMS), "reference": True}
    recordings = [entry | {"recording": name, "title": name} for name in (*SECONDS, "broken")]
    recordings += [
        {"corpus": "archive", "recording": name, "title": name, "systems": ["ours"], "reference": False}
        for name in ARCHIVE
    ]  # fmt: skip
    rules = ("prepare_reference", "detect_speech", "write_rttm")
    variants = {rule: [""] for rule in rules} | {"write_rttm": list(SYSTEMS)}
    return {
        "recordings": recordings, "systems": SYSTEMS, "stages": list(STAGES), "cards": {},
        "collar_each_side": 0.25, "variants": {"talk": variants, "archive": variants},
        "settings": SETTINGS, "splits": {"talk": "test", "archive": "test"},
        "rules": {"ours": {"write_rttm": ["ours"]}},
    } | changes  # fmt: skip


def _write_turns(corpus: str, recording: str, speakers: int, systems) -> None:
    turns = [Turn(2.0 * n, 2.0 * n + 1.5, f"speaker{n % speakers}") for n in range(5)]
    for system in systems:
        write_rttm(Path(f"results/{corpus}/rttm/{system}/{recording}.rttm"), recording, turns)
    audio = Path(f"results/{corpus}/audio/{recording}.wav")
    audio.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).normal(scale=0.1, size=160_000)
    soundfile.write(audio, noise, 16_000, "PCM_16")


def write_front_page(**changes):
    """Write the report below the current folder and return its folder. `changes` replace parts of the content.

    The reference of recording `broken` failed, and `gecko` lost turns of its reference.
    """
    for recording in SECONDS:
        _write_turns("talk", recording, 2, SYSTEMS)
        reference = Path(f"results/talk/reference/{recording}.rttm")
        write_rttm(reference, recording, [Turn(0.0, 9.0, "Ann"), Turn(4.0, 5.0, "Bob")])
        write_uem(reference.with_suffix(".uem"), recording, [Interval(0.0, 10.0)])
        repairs = {"merged": 0, "clipped": 1, "dropped": 12 if recording == "gecko" else 0}
        write_sidecar(reference.with_suffix(".json"), extent="audio", repairs=repairs)
    _write_turns("talk", "broken", 2, SYSTEMS)
    for recording in ARCHIVE:
        _write_turns("archive", recording, 5 if recording == "crowd" else 2, ["ours"])
    write_failure(Failure("talk", "prepare_reference", "", "broken", "broken.rttm:3: the end is before the start", "logs/x.log"))  # fmt: skip
    report = Path("results/report")
    report.mkdir(parents=True, exist_ok=True)
    scores = sample_scores()
    splits = {"talk": "test"}
    write_csv(report / "der.csv", concatenate_rounded([scores, compute_totals(scores)]))
    write_csv(report / "comparisons.csv", compare_systems(scores, splits))
    write_csv(report / "speaker_counts.csv", tabulate_speaker_counts(scores))
    write_site(report, sample_content(**changes))
    return report
