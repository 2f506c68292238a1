"""One command for one machine: migrate, web server, workers, restart what dies, stop cleanly."""

import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError

from labeling.management.data_folder import make_private, only_supervisor
from labeling.management.database import DatabaseCommand
from labeling.server import supervised

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT, STEADY = 0.5, 30.0, 60.0
STOP_SECONDS = 8.0
BACKLOG = 2048


@dataclass
class Child:
    """One process under supervision."""

    name: str
    command: list[str]
    inherits: tuple[int, ...]  # open files: the end of our pipe, what locks the folder, its socket
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait: float = 0.0  # before the next restart: none after a first crash
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches it through us only."""
        self.process = subprocess.Popen(
            self.command, start_new_session=True, pass_fds=self.inherits,
            env={**os.environ, supervised.PIPE: str(self.inherits[0])},
        )  # fmt: skip
        self.started_at = time.monotonic()

    def watch(self) -> None:
        """Restart it if it has ended; wait longer each time it ends soon after its start."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            lived = now - self.started_at
            wait = 0.0 if lived > STEADY else self.wait
            log.warning(
                "%s ended after %.0f s with %s; restart in %.1f s",
                self.name, lived, _reason(self.process.returncode), wait,
            )  # fmt: skip
            self.process, self.restart_at = None, now + wait
            self.wait = min(max(FIRST_WAIT, 2 * wait), LONGEST_WAIT)
        if self.process is None and now >= self.restart_at:
            self.start()

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Give it until the deadline."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time and is killed", self.name)
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class Command(DatabaseCommand):
    """manage.py serve"""

    help = "Start web server and workers together; restarts what dies, Ctrl-C ends all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen and what to run."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--web-processes", type=int, default=1)
        parser.add_argument("--no-worker", action="store_true", help="web server only")
        parser.add_argument(
            "--demo", action="store_true", help="make the demo job if it is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise until told to stop."""
        with only_supervisor(settings.DATA_DIR) as lock, _listening(options) as listening:
            call_command("check", deploy=False)
            call_command("migrate", interactive=False, verbosity=0)
            make_private(settings.DATA_DIR, settings.MEDIA_ROOT)
            if options["demo"]:
                call_command("demo", stdout=self.stdout)
                self.stdout.flush()  # the passwords are shown once: a log file must have them too
            Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
            if settings.PAGES:
                _collect_if_changed()
            ours, theirs = os.pipe()  # nobody writes: a child sees it end when we do
            with os.fdopen(ours, "rb"), os.fdopen(theirs, "wb"):
                self._supervise(_children(options, (ours, lock), listening.fileno()), options)
        self.stdout.write("Stopped.")

    def _supervise(self, children: list[Child], options: dict[str, Any]) -> None:
        stopping: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda signum, frame: stopping.append(signum))
        for child in children:
            child.start()
        self.stdout.write(f"Boxwise is at http://{options['host']}:{options['port']}/")
        self.stdout.flush()
        while not stopping:
            time.sleep(0.25)
            for child in children:
                child.watch()
        for child in children:
            child.stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            child.wait_or_kill(deadline)


def _listening(options: dict[str, Any]) -> socket.socket:
    """The socket of all web processes: who calls while one is restarted waits a moment."""
    host, port = options["host"], options["port"]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (")[0]
        raise CommandError(f"Cannot listen on {host}:{port}: {reason}.") from error


def _children(options: dict[str, Any], inherits: tuple[int, ...], listening: int) -> list[Child]:
    web = [sys.executable, "-m", "labeling.server.run_uvicorn", str(listening)]
    count = options["web_processes"]
    names = ["web"] if count == 1 else [f"web {n + 1}" for n in range(count)]
    children = [Child(name, web, (*inherits, listening)) for name in names]
    if not options["no_worker"]:
        for queue in ("default", "gpu"):
            work = [sys.executable, "manage.py", "worker", "--queue", queue]
            children.append(Child(f"worker {queue}", work, inherits))
    return children


def _collect_if_changed() -> None:
    """Gather and hash the static files, unless none has changed: it takes most of a start."""
    missing = [str(found[1]) for found in settings.PACKAGE_DIRS if not found[1].is_dir()]
    if missing:
        raise CommandError(
            f"The pages need npm packages that are not there ({', '.join(missing)}). "
            "Get them with `make env`, or serve the API alone with LABELING_PAGES=0."
        )
    sealed = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = Path(storage.path(name)).stat()
            sealed.update(f"{name}|{facts.st_mtime_ns}|{facts.st_size}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".sources"
    if not mark.is_file() or mark.read_text() != sealed.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(sealed.hexdigest())
