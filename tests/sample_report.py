"""A report on three recordings that is written without a run. Names contain HTML that must not take effect."""

from pathlib import Path

import numpy as np
import soundfile

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.failures import Failure, write_failure
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.report.site import write_site
from diarflow.timeline.intervals import Interval, Turn

SCRIPT = "</script><script>alert(1)</script>"
IMAGE = "\"'><img/src=x/onerror=alert(2)>"
RESULTS = Path("results/c")
SYSTEMS = {
    name: {"speech": speech, "changes": "d", "overlap": "none", "embedding": "e", "clustering": "k",
           "turns": "join"}
    for name, speech in (("ours", "webrtc"), ("oracle-speech", "truth"))
}  # fmt: skip
DER = """\
corpus,system,recording,protocol,scored_seconds,reference_seconds,missed,false_alarm,confusion,der,jer,reference_speakers,hypothesis_speakers,repairs,recordings,speakers_given,failed_rule,der_low,der_high
c,ours,a,full,10.0,8.0,1.0,0.5,2.0,43.75,51.2,2,2,0,1,False,,,
c,ours,a,fair,9.0,7.0,0.5,0.25,1.5,32.14,,2,2,0,1,False,,,
c,ours,a,forgiving,8.5,6.5,0.25,0.0,1.5,26.92,40.0,2,2,0,1,False,,,
c,ours,b,full,5.0,0.0,0.0,1.234,0.0,,,0,1,1,1,True,,,
c,ours,failed,full,4.0,3.0,3.0,0.0,0.0,100.0,100.0,1,0,0,1,False,detect_speech,,
c,ours,ALL,full,19.0,11.0,4.0,1.734,2.0,70.31,60.0,3,3,1,3,True,,12.5,80.0
c,ours,COMPLETED,full,15.0,8.0,1.0,1.734,2.0,59.18,55.0,2,3,1,2,True,,10.0,70.25
c,ours,ALL,fair,9.0,7.0,0.5,0.25,1.5,32.14,,2,2,0,1,False,,30.0,34.0
c,oracle-speech,ALL,full,19.0,11.0,1.0,0.0,2.0,27.27,30.0,3,3,1,3,False,,20.0,30.0
"""


def report_content(**changes):
    """Return the content of the report: see `diarflow.planning.report_content.report_content`."""
    variants = {
        "prepare_reference": [""], "detect_speech": ["webrtc"], "detect_changes": ["d", "silent"],
        "embed_segments": ["webrtc.d.none.e"], "write_rttm": ["ours"],
    }  # fmt: skip
    return {
        "recordings": [
            {
                "corpus": "c",
                "recording": name,
                "title": name,
                "systems": ["ours"],
                "reference": name != "b",
            }
            for name in ("a", "b", "failed")
        ],
        "systems": SYSTEMS,
        "stages": list(SYSTEMS["ours"]),
        "cards": {},
        "collar_each_side": 0.25,
        "variants": {"c": variants},
        "settings": {
            "speech": {"webrtc": {"backend": "webrtc"}, "truth": {"backend": "oracle"}},
            "embedding": {"e": {"model": SCRIPT}},
        },
    } | changes


def write_artifacts(name, reference, hypothesis):
    """Write the results of a recording of 10 s; without a reference if it is None."""
    if reference is not None:
        write_rttm(RESULTS / f"reference/{name}.rttm", name, reference)
        write_uem(RESULTS / f"reference/{name}.uem", name, [Interval(0.0, 10.0)])
    write_rttm(RESULTS / f"rttm/ours/{name}.rttm", name, hypothesis)
    write_table(RESULTS / f"speech/webrtc/{name}.parquet", "speech", [(0.5, 8.0)])
    write_table(RESULTS / f"candidates/d/{name}.parquet", "candidates", [(2.0, 0.25), (4.0, 1.5)])
    write_table(RESULTS / f"changes/d/{name}.parquet", "changes", [(4.0, 1.5)])
    for kind in ("candidates", "changes"):
        write_table(RESULTS / f"{kind}/silent/{name}.parquet", kind, [])
    windows = [(index * 0.8, index * 0.8 + 1.6, 0, -1, -1) for index in range(10)]
    write_table(RESULTS / f"embeddings/webrtc.d.none.e/{name}.parquet", "windows", windows)
    vectors = np.random.default_rng(0).normal(size=(10, 16))
    write_array(RESULTS / f"embeddings/webrtc.d.none.e/{name}.npy", vectors)
    (RESULTS / "audio").mkdir(exist_ok=True)
    noise = np.random.default_rng(1).normal(scale=0.1, size=160_000)
    soundfile.write(RESULTS / f"audio/{name}.wav", noise, 16_000, "PCM_16")


def write_report(**changes):
    """Write the artifacts and the report below the current folder; return the folder of the report.

    Recording `b` has no reference, and `detect_speech` failed on recording `failed`.
    `changes` replace parts of the content.
    """
    reference = [Turn(0.0, 4.0, SCRIPT), Turn(4.0, 8.0, IMAGE)]
    hypothesis = [Turn(0.5, 6.0, SCRIPT), Turn(6.0, 8.5, "x&amp;<b>")]
    write_artifacts("a", reference, hypothesis)
    write_artifacts("b", None, hypothesis)
    write_artifacts("failed", reference, [])
    Path("logs/c/write_rttm/ours").mkdir(parents=True, exist_ok=True)
    Path("logs/c/write_rttm/ours/a.log").touch()
    write_failure(
        Failure("c", "detect_speech", "webrtc", "failed", SCRIPT + IMAGE, f"logs/{IMAGE}")
    )
    report = Path("results/report")
    report.mkdir(parents=True, exist_ok=True)
    if not (report / "der.csv").exists():
        (report / "der.csv").write_text(DER)
    write_site(report, report_content(**changes))
    return report
