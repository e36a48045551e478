"""Copy silero.onnx from the package silero-vad.

.venv/bin/python resources/models/fetch_silero.py
"""

from pathlib import Path

from diarflow.artifacts.wheels import fetch_wheel_files

HERE = Path(__file__).parent

if __name__ == "__main__":
    fetch_wheel_files(
        "silero-vad==6.2.3",
        sha256="7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
        members={"silero_vad/data/silero_vad_16k_sequence.onnx": str(HERE / "silero.onnx")},
    )
    print(HERE / "silero.onnx")
