"""A real browser: opens a page, and tells what it shows, asks for and complains of.

Chromium is spoken to through two pipes, so no port is opened, and it is cut off from every network.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_SECONDS = 60
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
)  # fmt: skip
needs_browser = pytest.mark.skipif(
    shutil.which("chromium") is None or os.name == "nt",
    reason="Chromium is not installed (Debian: apt-get install chromium)",
)


class Page:
    """A page in the browser.

    Attributes:
        requests: addresses that it asked for, in order.
        complaints: what stands on its console, and exceptions of its scripts.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def take(self, event: dict[str, Any]) -> None:
        """Note what the browser tells."""
        told = event["params"]
        match event["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded":
                self.complaints.append(json.dumps(told))

    def value(self, script: str) -> Any:
        """What a script gives there; promises are waited for."""
        answer = self._call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def look(self, width: int, height: int, scheme: str = "light") -> None:
        """Give the page a size in pixels, and "light" or "dark" colors."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                   deviceScaleFactor=1, mobile=False)  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", features=features)

    def picture(self) -> bytes:
        """What is seen of it, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])


@contextmanager
def opened_page(path: Path, folder: Path) -> Iterator[Page]:
    """Open a file.

    Args:
        path: the file.
        folder: for what the browser writes.
    """
    to_browser, ours_out = os.pipe()
    ours_in, from_browser = os.pipe()
    # The browser reads its orders from 3 and writes its answers to 4.
    shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
    command = ["bash", "-c", shell, "browser", "chromium", *_OPTIONS, f"--user-data-dir={folder}"]
    browser = subprocess.Popen(
        command, pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_browser)
    os.close(from_browser)
    try:
        with os.fdopen(ours_in, "rb", 0) as answers, os.fdopen(ours_out, "wb", 0) as orders:
            yield _Pipes(answers, orders).page_of(path)
    finally:
        browser.kill()
        browser.wait()


class _Pipes:
    """Orders and answers: JSON that ends with a zero byte."""

    def __init__(self, answers: Any, orders: Any) -> None:
        self._answers, self._orders = answers, orders
        self._number, self._rest = 0, b""
        self._session: str | None = None
        self._page = Page(self._call)
        self._loaded = False

    def page_of(self, path: Path) -> Page:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = session
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")
        self._call("Page.navigate", url=path.as_uri())
        until = time.monotonic() + _SECONDS
        while not self._loaded:
            self._take(self._next(until))
        return self._page

    def _call(self, method: str, **values: object) -> Any:
        self._number += 1
        order = {"id": self._number, "method": method, "params": values}
        if self._session is not None:
            order["sessionId"] = self._session
        self._orders.write(json.dumps(order).encode() + b"\0")
        until = time.monotonic() + _SECONDS
        while True:
            message = self._next(until)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            self._loaded = self._loaded or message["method"] == "Page.loadEventFired"
            self._page.take(message)

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], max(0, until - time.monotonic()))
            assert ready, "the browser does not answer"
            part = self._answers.read(1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        first, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(first))
