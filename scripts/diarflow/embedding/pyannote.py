"""Embedding models of pyannote.audio, from a local checkpoint or from Hugging Face.

A window that is shorter than the variant's `window` is repeated until it is full, so that windows can be embedded in
batches.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.window_audio import read_window
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.timeline.intervals import Seconds

_BATCH = 32  # windows


def load(
    *, model: str, token_variable: str, device: str, window: Seconds, hop: Seconds | None
) -> Callable:
    network = load_network(model, os.environ.get(token_variable) or None)
    samples = round(window * SAMPLE_RATE)
    # The first call of `embed` chooses the device: a process that has used a GPU cannot pass it on to a forked child.
    chosen_device = None

    def embed(audio, windows: Sequence[Window]) -> np.ndarray:
        """Return vectors, float32 (windows, dimensions)."""
        import torch

        nonlocal chosen_device
        if chosen_device is None:
            chosen_device = choose_device(device)
            network.to(chosen_device)
        vectors = []
        with AudioReader(audio) as reader, torch.inference_mode():
            for first in range(0, len(windows), _BATCH):
                batch = windows[first : first + _BATCH]
                samples_of_batch = np.stack([read_window(reader, w, samples) for w in batch])
                waveforms = torch.from_numpy(samples_of_batch)[:, None].to(chosen_device)
                vectors.append(network(waveforms).cpu().numpy())
        return np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)

    return embed


def load_network(model: str, token: str | None):
    """Return the model in evaluation mode, on the CPU. Raises InputError if it cannot be loaded."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # do not send usage statistics
    import torch

    allow_torchaudio_without_extension()
    from pyannote.audio import Model

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    path = _find_checkpoint(model, token)
    _check_contains_no_code(path)
    return Model.from_pretrained(path, strict=False).eval()


def choose_device(device: str) -> str:
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _find_checkpoint(model: str, token: str | None) -> Path:
    """Return the checkpoint of a model, and download it if `model` is a name on Hugging Face.

    The token never appears in a message.
    """
    from pyannote.audio.utils.hf_hub import AssetFileName, download_from_hf_hub

    if (local := Path(model)).exists():
        return local / str(AssetFileName.Model) if local.is_dir() else local
    try:
        path = download_from_hf_hub(model, AssetFileName.Model, token=token)
    except Exception as error:
        reason = str(error).replace(token, "***") if token else str(error)
        raise InputError(f"model {model}: cannot be downloaded ({reason})") from None
    if path is None:
        raise InputError(f"model {model}: cannot be downloaded. Does it need a token?")
    check_digest(Path(path))
    return Path(path)


def check_digest(path: Path) -> None:
    """Raise InputError if a downloaded file differs from the original on Hugging Face.

    The cache of Hugging Face names a large file by the SHA-256 that the server announced. Small files, which it names
    otherwise, are not checked.
    """
    expected = path.resolve().name
    if re.fullmatch("[0-9a-f]{64}", expected):
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != expected:
            raise InputError(
                f"{path.resolve()}: SHA-256 is {sha256}, expected {expected}. "
                "Delete the file, and it will be downloaded again."
            )


def _check_contains_no_code(path: Path) -> None:
    """Raise InputError if a checkpoint contains more than weights and the metadata of a pyannote.audio model.

    A checkpoint is a pickle: pyannote.audio would run any code in it, and would import the module that it names.
    """
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications

    allowed = [torch.torch_version.TorchVersion, Problem, Resolution, Specifications]
    try:
        with torch.serialization.safe_globals(allowed):
            loaded = torch.load(path, map_location="cpu", weights_only=True)
        module = loaded["pyannote.audio"]["architecture"]["module"]
    except Exception as error:
        reason = next(iter(re.findall(r"(?i)global.*", str(error))), type(error).__name__)
        raise InputError(f"{path}: not a checkpoint that is safe to load ({reason})") from None
    if not module.startswith("pyannote.audio.models."):
        raise InputError(
            f"{path}: the model is defined in {module}, expected a module of pyannote.audio.models"
        )


def allow_torchaudio_without_extension() -> None:
    """Make torchaudio importable without its compiled extension.

    On PyPI, the extension is linked to CUDA, and fails to load with the CPU build of torch. The Python code of
    torchaudio, which is all that is needed here, works if the extension is declared to be missing.
    """
    try:
        import torchaudio  # noqa: F401
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        stand_in = ModuleType("torchaudio._extension")
        vars(stand_in).update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            _IS_RIR_AVAILABLE=False,
            lazy_import_sox_ext=lambda: None,
            fail_if_no_align=lambda function: function,
            fail_if_no_rir=lambda function: function,
        )
        sys.modules["torchaudio._extension"] = stand_in
