"""Run the Python scripts of jobs, each in a fork of this process, which has imported the libraries: a job starts at once.

`job_client.py` takes the place of Python. It sends its command and its three standard streams through a socket, and gets
the exit status. No module of diarflow is imported here: each job imports the present code.
"""

import array
import atexit
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import traceback

LIBRARIES = (
    "jinja2", "librosa.filters", "matplotlib.pyplot", "matplotlib.figure", "numpy", "onnxruntime", "pandas", "pyarrow",
    "pyarrow.parquet", "pyannote.core", "pyannote.metrics", "scipy.fft", "scipy.optimize", "scipy.signal",
    "scipy.cluster.hierarchy", "sklearn.cluster", "sklearn.metrics", "soundfile", "snakemake.script", "soxr",
)  # fmt: skip


def main(path: str) -> None:
    # what Snakemake sets for a job with one thread; BLAS reads it when it is loaded
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GOTO_NUM_THREADS"):
        os.environ[name] = "1"
    for name in LIBRARIES:
        importlib.import_module(name)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps the waiting processes
    print("ready", flush=True)
    parent = os.getppid()
    server.settimeout(1)
    while os.getppid() == parent:
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(connection)
        connection.close()


def serve(connection: socket.socket) -> None:
    """Run one command in a child of this process, and send its exit status."""
    connection.settimeout(None)
    streams = array.array("i")
    data, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(3 * streams.itemsize))
    assert data
    for _level, _kind, content in ancillary:
        streams.frombytes(content)
    with connection.makefile("rb") as reader:
        command = json.loads(reader.readline())
    child = os.fork()
    if child == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        run(**command)
    for stream in streams:  # only the job keeps them open
        os.close(stream)
    _, status = os.waitpid(child, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def run(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    status = 0
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1])
