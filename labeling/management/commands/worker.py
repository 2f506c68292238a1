"""Runs background work: the engine's worker loop, and reconciliation that repairs what a crash
left."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

from labeling.ledger import workers
from labeling.management import reconcile
from labeling.management.database import DatabaseCommand
from labeling.server.supervised import end_with_supervisor

log = logging.getLogger(__name__)
RECONCILE_EVERY = min(3.0, settings.STEP_LEASE_SECONDS / 4)  # while anything changes
RECONCILE_IDLE = max(
    RECONCILE_EVERY, settings.STEP_LEASE_SECONDS / 4
)  # leases end without a change
BEAT_EVERY = settings.STEP_LEASE_SECONDS / 2  # each one is a change that all other workers see
LOOK_IDLE = 30.0  # seconds until the queue is asked though nothing seems to have changed


class Command(DatabaseCommand):
    """manage.py worker"""

    help = "Run background work. One per GPU: --queue gpu; imports, exports: --queue default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Queues and the engine's pace."""
        parser.add_argument("--queue", default="default,gpu", help="default, gpu or both")
        parser.add_argument("--interval", type=float, default=0.8, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        end_with_supervisor()
        # Two busy-waiting threads slow training several times over beside any other process.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        queues = options["queue"].split(",")
        name = f"{socket.gethostname()}:{os.getpid()}"
        workers.heartbeat(
            name, options["queue"]
        )  # without a database it ends here, with a sentence
        threading.Thread(
            target=_reconcile_for_ever, args=(name, options["queue"]), daemon=True
        ).start()
        log.info("worker=%s queues=%s engine=%s", name, options["queue"], settings.TASKS_BACKEND)
        if settings.TASKS_BACKEND == "rq":
            _run_rq(queues, name)
        else:
            _run_database(queues, options["interval"], name)


def _stop_with(forget_rest: Callable[[], None]) -> None:
    """End at once when told to: a step gives its lease back on the way out.

    Both engines catch whatever a task raises, our SystemExit too, and would take the next task:
    `forget_rest` tells the engine's own loop to end.
    """

    def stop(signum: int, frame: object) -> None:
        forget_rest()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _reconcile_for_ever(name: str, queues: str) -> None:
    seen = 0  # the first time it looks at everything: all processes may have died at once
    changes, beaten_at = Changes(RECONCILE_IDLE), 0.0
    while True:
        try:
            close_old_connections()
            if time.monotonic() - beaten_at >= BEAT_EVERY:
                workers.heartbeat(name, queues)
                beaten_at = time.monotonic()
            if changes.any():
                seen = reconcile.reconcile(seen)
        except Exception:  # it repairs what others broke: nothing it meets may end it
            log.exception("reconciling failed; it is tried again")
            connection.close()
        time.sleep(RECONCILE_EVERY)


def _run_database(queues: list[str], interval: float, name: str) -> None:
    from django_tasks_db.management.commands.db_worker import Worker

    # A batch, for the worker's own loop locks the whole database at each look at the queue.
    worker = Worker(
        queue_names=queues,
        interval=interval,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name[:64],
        excluded_queue_names=[],
    )
    _stop_with(lambda: setattr(worker, "running", False))
    changes = Changes(LOOK_IDLE)
    while worker.running:
        if changes.any():
            worker.run()
        time.sleep(interval)


class Changes:
    """Whether this thread's database has changed, at next to no cost: nobody may be working."""

    def __init__(self, idle: float) -> None:
        self.idle, self.looked_at = idle, 0.0
        self.version: int | None = None

    def any(self) -> bool:
        """Whether to look: something was written by anybody else, or too long ago it was asked."""
        version, now = _data_version(), time.monotonic()
        same = version is not None and version == self.version
        if same and now - self.looked_at < self.idle:
            return False
        self.version, self.looked_at = version, now
        return True


def _data_version() -> int | None:
    """SQLite's count of what other connections wrote; other databases have none."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])


def _run_rq(queues: list[str], name: str) -> None:
    from django_rq.workers import get_worker

    # In this process: a fork would share the database connection, and training wants its memory.
    worker = get_worker(*queues, worker_class="rq.SimpleWorker", name=name)
    _stop_with(lambda: setattr(worker, "_stop_requested", True))
    # ours stop at once
    worker._install_signal_handlers = lambda: None  # type: ignore[method-assign]
    worker.work(logging_level="WARNING")
