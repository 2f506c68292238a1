"""The supervisor: starts web server and workers, restarts what dies, stops cleanly."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60


def until(true: Callable[[], object], seconds: float = PATIENCE) -> object:
    """Wait for something to hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := true():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


class Served:
    """A running `manage.py serve`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                env={**os.environ, "LABELING_DATA": str(folder / "data"), "LOG_LEVEL": "INFO"},
            )  # fmt: skip

    def answers(self) -> bool:
        """Whether the login page comes."""
        try:
            address = f"http://127.0.0.1:{self.port}/accounts/login/"
            with urllib.request.urlopen(address, timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    def children(self) -> dict[int, str]:
        """Processes it has started, by pid."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
                command = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended while we looked
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found[int(path.parent.name)] = command
        return found

    def child(self, word: str) -> int | None:
        """The pid of the child whose command holds the word."""
        return next((pid for pid, command in self.children().items() if word in command), None)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server that answers."""
    running = Served(tmp_path)
    try:
        until(running.answers)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            for pid in running.children():
                os.kill(pid, signal.SIGKILL)
        running.process.wait()


def test_killed_children_come_back_and_the_log_says_why(served):
    for word in ("run_uvicorn", "--queue gpu", "--queue default"):
        old = until(lambda word=word: served.child(word))
        os.kill(old, signal.SIGKILL)
        until(lambda word=word, old=old: served.child(word) not in (None, old))
    until(served.answers)

    log = served.log.read_text()
    assert len(re.findall(r"ended after .* with signal SIGKILL; restart in", log)) == 3


def test_ctrl_c_ends_everything(served):
    until(lambda: len(served.children()) == 3)
    children = served.children()

    served.process.send_signal(signal.SIGINT)

    assert served.process.wait(PATIENCE) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert "Stopped." in served.log.read_text()
