"""One command for one machine: migrate, web server, workers, restart what dies, stop cleanly."""

import hashlib
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError

from labeling.management.children import Child, Copy, run_command
from labeling.management.data_folder import make_private, only_supervisor
from labeling.management.database import DatabaseCommand
from labeling.server import supervised

STOP_SECONDS = 8.0
BACKLOG = 2048


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
                web = _web_processes(options["web_processes"], ours, theirs, listening)
                workers = [] if options["no_worker"] else _workers(ours, lock)
                self._supervise(web + workers, options)
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


def _web_processes(count: int, ours: int, theirs: int, listening: socket.socket) -> list[Child]:
    # only now: it lists the static files, and loads what every web process needs
    from labeling.server import run_uvicorn

    def serve() -> None:
        os.close(theirs)  # else the copy would keep its own pipe open
        os.environ[supervised.PIPE] = str(ours)
        run_uvicorn.main(listening)

    names = ["web"] if count == 1 else [f"web {n + 1}" for n in range(count)]
    return [Child(name, partial(Copy, serve)) for name in names]


def _workers(ours: int, lock: int) -> list[Child]:
    return [
        Child(
            f"worker {queue}",
            partial(
                run_command, [sys.executable, "manage.py", "worker", "--queue", queue], (ours, lock)
            ),
        )
        for queue in ("default", "gpu")
    ]


def _collect_if_changed() -> None:
    """Gather and hash the static files, unless none has changed: it takes most of a start."""
    missing = [str(found[1]) for found in settings.PACKAGE_DIRS if not found[1].is_dir()]
    if missing:
        raise CommandError(
            f"The pages need npm packages that are not there ({', '.join(missing)}). "
            "Get them with `make env`, or serve the API alone with LABELING_PAGES=0."
        )
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            facts = Path(storage.path(name)).stat()
            found.update(f"{name}|{facts.st_mtime_ns}|{facts.st_size}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".sources"
    if not mark.is_file() or mark.read_text() != found.hexdigest():
        # types are for whoever writes the scripts, not for browsers
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["*.d.ts"])
        mark.write_text(found.hexdigest())
