"""Take the place of Python for a job: let `job_server.py` run the script, and exit with its status."""

import array
import json
import os
import signal
import socket
import sys


def main(path: str, arguments: list[str]) -> int:
    if arguments[0].startswith("-") or "PYTHONPATH" in os.environ:
        os.execv(sys.executable, [sys.executable, *arguments])
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    streams = array.array("i", [0, 1, 2])
    connection.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    command = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
    connection.sendall(json.dumps(command).encode() + b"\n")
    status = int(connection.makefile().readline())
    if status < 0:  # die of the same signal
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
