"""A throw-away data folder and what runs on it: a Django process for set-up, a real server."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 90.0  # seconds for a server to start


@dataclass(frozen=True)
class Workplace:
    """One data folder, away from the user's own."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of everything that runs here; no other database or settings leak in."""
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        return {
            **kept,
            "LABELING_DATA": str(self.folder / "data"),
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "labeling.settings",
            "TASKS_BACKEND": "database",
            "MLASSIST_WEIGHTS": "none",
            "REQUESTS_PER_SECOND": "0",
        }

    def python(self, *arguments: str) -> str:
        """Run python with these arguments; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout


@contextlib.contextmanager
def workplace() -> Iterator[Workplace]:
    """A migrated, empty data folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="boxwise-bench-") as folder:
        place = Workplace(Path(folder))
        place.python("manage.py", "migrate", "--verbosity", "0")
        yield place


@dataclass(frozen=True)
class Server:
    """A running web server."""

    url: str
    pid: int  # of the process that answers, not of its supervisor

    def cpu_seconds(self) -> float:
        """User and system time that it has used so far, from /proc."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def server(place: Workplace, *, worker: bool = False, **env: str) -> Iterator[Server]:
    """`manage.py serve` on a free port, without workers unless asked for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    no_worker = () if worker else ("--no-worker",)
    supervisor = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), *no_worker],
        cwd=ROOT,
        env={**place.env, **env},
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, supervisor)
        children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")
        yield Server(url, int(children.read_text().split()[0]))
    finally:
        supervisor.terminate()
        supervisor.wait(30)


def _wait(url: str, supervisor: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if supervisor.poll() is not None:
            break
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/accounts/login/", timeout=5).ok:
                return
        time.sleep(0.2)
    raise RuntimeError("the benchmark's server did not start; see above")
