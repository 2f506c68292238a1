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
from contextlib import contextmanager
from pathlib import Path

import pytest

from labeling.management.data_folder import make_private
from tests import prepared

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180


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
        self.folder = folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LABELING_DATA": str(folder / "data"), "LOG_LEVEL": "INFO"},
            )

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


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A server that answers."""
    running = Served(folder)
    try:
        until(running.answers)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            for pid in running.children():
                os.kill(pid, signal.SIGKILL)
        running.process.wait()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server of the test's own, which it may kill, on a folder where one ran before."""
    prepared.data_folder(tmp_path / "data", static=True)
    with serving(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that tests only look at; it began on an empty folder."""
    with serving(tmp_path_factory.mktemp("standing")) as running:
        yield running


def test_killed_children_come_back_and_the_log_says_why(served):
    for word in ("uvicorn", "--queue gpu", "--queue default"):
        old = until(lambda word=word: served.child(word))
        os.kill(old, signal.SIGKILL)
        until(lambda word=word, old=old: served.child(word) not in (None, old))
    until(served.answers)

    log = served.log.read_text()
    assert len(re.findall(r"ended after .* with signal SIGKILL; restart in", log)) == 3


def lives(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_no_child_outlives_a_supervisor_that_is_killed(served):
    until(lambda: len(served.children()) == 3)
    children = served.children()

    served.process.kill()
    served.process.wait()

    until(lambda: not any(map(lives, children)), 15)
    again = Served(served.folder.parent)  # and nothing of it is in the way of the next one
    try:
        until(again.answers)
    finally:
        again.process.terminate()
        again.process.wait(PATIENCE)


def test_a_stopped_child_of_a_killed_supervisor_keeps_a_second_one_out(served):
    until(lambda: len(served.children()) == 3)
    web = served.child("uvicorn")
    os.kill(web, signal.SIGSTOP)
    served.process.kill()
    served.process.wait()
    try:
        refused = start_beside(served)
    finally:
        os.kill(web, signal.SIGKILL)

    assert refused.returncode == 1
    assert f"served from {served.folder} already" in refused.stderr


def start_beside(served: Served) -> subprocess.CompletedProcess[str]:
    """What a second server on the same data folder says."""
    return subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "LABELING_DATA": str(served.folder)},
    )


def test_a_data_folder_has_one_server(standing):
    refused = start_beside(standing)

    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert f"Boxwise is served from {standing.folder} already" in refused.stderr
    assert re.search(rf"by process {standing.process.pid} since \d{{4}}-\d\d-\d\d", refused.stderr)
    assert standing.answers()


def test_a_port_that_is_taken_is_named(standing, tmp_path):
    refused = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(standing.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "LABELING_DATA": str(tmp_path / "other")},
    )
    assert refused.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{standing.port}: Address already in use." in refused.stderr


def test_nobody_but_the_owner_reads_what_is_written(standing):
    files = [path for path in standing.folder.rglob("*") if path.is_file()]
    assert any(path.name == "boxwise.sqlite3-wal" for path in files)
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert (standing.folder / "media").stat().st_mode & 0o077 == 0


def test_an_older_data_folder_is_made_private(tmp_path):
    (tmp_path / "media").mkdir(mode=0o755)
    for name in ("boxwise.sqlite3", "boxwise.sqlite3-wal"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)

    make_private(tmp_path, tmp_path / "media")

    assert [path for path in tmp_path.iterdir() if path.stat().st_mode & 0o077] == []


def test_ctrl_c_ends_everything(served):
    until(lambda: len(served.children()) == 3)
    children = served.children()

    served.process.send_signal(signal.SIGINT)

    assert served.process.wait(PATIENCE) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert "Stopped." in served.log.read_text()
