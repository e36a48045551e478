"""A headless Chromium that is controlled through its debugging pipe, without a library or a port."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A browser with one page. `messages` are errors and warnings of the console, `requests` the loaded URLs."""

    def __init__(self, width: int = 1280, height: int = 900):
        self.messages: list[str] = []
        self.requests: list[str] = []
        self._last_id, self._received = 0, b""
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        browser_in, self._out = os.pipe()
        self._in, browser_out = os.pipe()
        # Chromium reads commands from file descriptor 3 and writes answers to 4
        command = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        flags = [
            "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu",
            "--autoplay-policy=user-gesture-required", "--hide-scrollbars", "--mute-audio",
            f"--user-data-dir={self._profile.name}", f"--window-size={width},{height}", "about:blank",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", str(browser_in), str(browser_out), chromium(), *flags],
            pass_fds=(browser_in, browser_out),
            stderr=subprocess.DEVNULL,
        )
        os.close(browser_in)
        os.close(browser_out)
        self._session = None
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params):
        """Send a command and return its result. Events that arrive before the answer are recorded."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _read(self) -> dict:
        while b"\0" not in self._received:
            data = os.read(self._in, 1 << 20)
            if not data:
                raise RuntimeError("the browser has exited")
            self._received += data
        line, _, self._received = self._received.partition(b"\0")
        message = json.loads(line)
        self._record_event(message.get("method"), message.get("params", {}))
        return message

    def _record_event(self, method: str | None, params: dict) -> None:
        if method == "Runtime.exceptionThrown":
            self.messages.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.messages.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.messages.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, path, ready: str = "true") -> float:
        """Open a file; return the seconds until the JavaScript expression `ready` is true."""
        start = time.monotonic()
        self.send("Page.navigate", url=Path(path).resolve().as_uri())
        self.wait(f"document.readyState === 'complete' && ({ready})")
        return time.monotonic() - start

    def wait(self, expression: str, seconds: float = 60) -> None:
        """Wait until a JavaScript expression is true; raise TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while not self.run(expression):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.02)

    def run(self, expression: str):
        """Return the value of a JavaScript expression. Promises are awaited."""
        answer = self.send(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
            userGesture=False,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def click(self, x: float, y: float) -> None:
        """Move the mouse to a point, press and release it."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def press(self, key: str) -> None:
        """Press and release Tab, Enter or the space bar."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.send(
                "Input.dispatchKeyEvent",
                type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **text,
            )  # fmt: skip

    def screenshot(self, path) -> None:
        """Save the whole page as PNG."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)
        self._profile.cleanup()
