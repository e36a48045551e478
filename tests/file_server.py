"""HTTP server on the loopback interface whose files fail in a given way, for tests of remote audio."""

import hashlib
import threading
import time
from collections import Counter
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODIFIED = 1_700_000_000
FAULTS = ("unavailable", "stall", "truncated", "changed", "no ranges", "reset")


class FileServer(ThreadingHTTPServer):
    """Server of `files` (content by name).

    `faults` maps a name to one of FAULTS, which occurs at the first request of the file, or to "missing".
    `requests` contains name and the header Range of each request.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []
        self.stall_seconds = 5.0

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def do_GET(self):
        name = self.path.strip("/").partition("?")[0]
        server = self.server
        server.requests.append((name, self.headers.get("Range", "")))
        is_first = Counter(name for name, _ in server.requests)[name] == 1
        fault = server.faults.get(name, "")
        if fault == "missing" or name not in server.files:
            return self._answer(404)
        if fault == "unavailable" and is_first:
            return self._answer(503)
        content = server.files[name]
        if fault == "changed" and not is_first:
            content = content[::-1]
        etag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        start = 0
        wanted = self.headers.get("Range", "")
        if wanted and fault != "no ranges" and self.headers.get("If-Range") == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", etag)
        self.send_header("Last-Modified", formatdate(MODIFIED, usegmt=True))
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if is_first and fault in ("stall", "truncated", "changed", "no ranges", "reset"):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if fault == "stall":
                time.sleep(server.stall_seconds)
            self.close_connection = True
            return None
        self.wfile.write(body)
        return None

    def _answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@contextmanager
def file_server():
    """Run a server for the block."""
    server = FileServer()
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
