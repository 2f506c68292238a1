"""The real server as a subprocess, and the helper process beside it, on one data folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
BACKSTAGE = "import django; django.setup(); from tests.browser import backstage; backstage.main()"


def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true value of `holds`; looks again until the time is up."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.1)
    return value


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """`manage.py serve` with its workers; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.env = {
            **os.environ,
            "LABELING_DATA": str(folder / "data"),
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "labeling.settings",
            "MLASSIST_ENGINE": "tests.fakes",
            "MLASSIST_WEIGHTS": "none",
        }
        self.process: subprocess.Popen[bytes] | None = None
        prepared.data_folder(folder / "data", static=True)

    def start(self) -> None:
        """Start, and wait until pages come."""
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        until(self._answers)

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """What a power cut does to the supervisor, the web server and the workers."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGSTOP)  # it must not restart what dies before it
        for pid in self._children():
            os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def _children(self) -> list[int]:
        assert self.process is not None
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in found.stdout.split()]

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


class Backstage:
    """Calls of tests.browser.backstage."""

    def __init__(self, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", BACKSTAGE],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, call: str, /, **arguments: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([call, arguments]) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        assert "error" not in reply, reply["error"]
        return reply["value"]

    def close(self) -> None:
        """It ends when nobody speaks to it."""
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()
