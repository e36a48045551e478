"""Any embedding model of pyannote.audio, from a local checkpoint or from Hugging Face.

A window shorter than the variant's is repeated until it is as long: so all of them go through the
network alike, many at a time.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

_BATCH = 32


def load(
    *, model: str, token_variable: str, device: str, window: Seconds, hop: Seconds | None
) -> Callable:
    network = _network(model, os.environ.get(token_variable) or None)
    samples = round(window * SAMPLE_RATE)
    place = None  # where a GPU is used already, a forked process cannot use it: `embed` chooses

    def embed(path, windows: Sequence[Window]) -> np.ndarray:
        """float32 (windows, dimensions)."""
        import torch

        nonlocal place
        if place is None:
            place = _place(device)
            network.to(place)
        found = []
        with Clip(path) as clip, torch.inference_mode():
            for first in range(0, len(windows), _BATCH):
                audio = [filled(clip, one, samples) for one in windows[first : first + _BATCH]]
                waveforms = torch.from_numpy(np.stack(audio))[:, None].to(place)
                found.append(network(waveforms).cpu().numpy())
        return np.concatenate(found) if found else np.zeros((0, 0), np.float32)

    return embed


def filled(clip: Clip, window: Window, samples: int) -> np.ndarray:
    """A window's audio, repeated until it is so many samples; float32 (samples,)."""
    first = round(window.start * SAMPLE_RATE)
    count = min(samples, max(1, round((window.end - window.start) * SAMPLE_RATE)))
    return np.resize(clip.read(first, count), samples)


def _network(model: str, token: str | None):
    """The model in evaluation mode, on the CPU. InputError where it cannot be had."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # nothing is told to anybody
    import torch

    allow_torchaudio_without_extension()
    from pyannote.audio import Model

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    path = _checkpoint(model, token)
    _refuse_code(path)
    return Model.from_pretrained(path, strict=False).eval()


def _place(device: str) -> str:
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _checkpoint(model: str, token: str | None) -> Path:
    """The file of a model, fetched where it is the name of one. The token is in no message."""
    from pyannote.audio.utils.hf_hub import AssetFileName, download_from_hf_hub

    if (local := Path(model)).exists():
        return local / str(AssetFileName.Model) if local.is_dir() else local
    try:
        found = download_from_hf_hub(model, AssetFileName.Model, token=token)
    except Exception as error:
        said = str(error).replace(token, "***") if token else str(error)
        raise InputError(f"embedding model {model}: could not be fetched ({said})") from None
    if found is None:
        raise InputError(f"embedding model {model}: could not be fetched; does it need a token?")
    check_digest(Path(found))
    return Path(found)


def check_digest(path: Path) -> None:
    """InputError where a file that was fetched is another than Hugging Face has.

    In its cache a large file is called by its SHA-256, as the server gives it; of others it gives none.
    """
    expected = path.resolve().name
    if re.fullmatch("[0-9a-f]{64}", expected):
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != expected:
            said = f"SHA-256 is {sha256}, expected {expected}; remove it, and it is fetched again"
            raise InputError(f"{path.resolve()}: {said}")


def _refuse_code(path: Path) -> None:
    """InputError where a checkpoint, which is a pickle, holds more than weights and what says of what model.

    pyannote.audio itself would run whatever it holds, and import the module that it names.
    """
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications

    known = [torch.torch_version.TorchVersion, Problem, Resolution, Specifications]
    try:
        with torch.serialization.safe_globals(known):
            loaded = torch.load(path, map_location="cpu", weights_only=True)
        module = loaded["pyannote.audio"]["architecture"]["module"]
    except Exception as error:
        said = next(iter(re.findall(r"(?i)global.*", str(error))), type(error).__name__)
        raise InputError(f"{path}: not a checkpoint that is safe to load ({said})") from None
    if not module.startswith("pyannote.audio.models."):
        raise InputError(f"{path}: is of {module}, expected a model of pyannote.audio.models")


def allow_torchaudio_without_extension() -> None:
    """Let torchaudio be imported beside a torch that its compiled extension was not built for.

    On PyPI torchaudio is linked to CUDA; beside the CPU build of torch it fails to load. Its Python
    parts, which are all that is needed here, work where the extension is said to be missing.
    """
    try:
        import torchaudio  # noqa: F401
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        stand_in = ModuleType("torchaudio._extension")
        stand_in._IS_TORCHAUDIO_EXT_AVAILABLE = False
        stand_in._IS_ALIGN_AVAILABLE = False
        stand_in._IS_RIR_AVAILABLE = False
        stand_in.lazy_import_sox_ext = lambda: None
        stand_in.fail_if_no_align = lambda function: function
        stand_in.fail_if_no_rir = lambda function: function
        sys.modules["torchaudio._extension"] = stand_in
