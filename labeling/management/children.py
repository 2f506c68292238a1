"""Processes under supervision: started, restarted when they die, stopped."""

import logging
import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from django.db import connections

from labeling.server import supervised

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT, STEADY = 0.5, 30.0, 60.0


class Process(Protocol):
    """What both kinds of processes can."""

    @property
    def pid(self) -> int:
        """Its number, which is its group's, too: Ctrl-C reaches it through us only."""

    def poll(self) -> int | None:
        """Its exit code, minus the signal's number where one ended it; None while it lives."""

    def terminate(self) -> None:
        """Ask it to end."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises TimeoutExpired."""


def run_command(command: list[str], inherits: tuple[int, ...]) -> Process:
    """A program of its own, which gets these open files, first of them the end of our pipe."""
    return subprocess.Popen(
        command,
        start_new_session=True,
        pass_fds=inherits,
        env={**os.environ, supervised.PIPE: str(inherits[0])},
    )


class Copy:
    """A copy of this process that runs one function: there at once, for nothing is loaded again.

    This process must have no threads and, for the moment, no connection to the database.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        connections.close_all()
        self.process = multiprocessing.get_context("fork").Process(
            target=_in_own_group, args=(function,)
        )
        self.process.start()

    @property
    def pid(self) -> int:
        """See Process."""
        assert self.process.pid is not None
        return self.process.pid

    def poll(self) -> int | None:
        """See Process."""
        return self.process.exitcode

    def terminate(self) -> None:
        """See Process."""
        self.process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        """See Process."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout or 0.0)
        return self.process.exitcode


def _in_own_group(function: Callable[[], None]) -> None:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    function()


@dataclass
class Child:
    """One process under supervision."""

    name: str
    begin: Callable[[], "Process"]
    process: "Process | None" = None
    started_at: float = 0.0
    wait: float = 0.0  # before the next restart: none after a first crash
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it."""
        self.process = self.begin()
        self.started_at = time.monotonic()

    def watch(self) -> None:
        """Restart it if it has ended; wait longer each time it ends soon after its start."""
        now = time.monotonic()
        code = self.process.poll() if self.process is not None else None
        if code is not None:
            lived = now - self.started_at
            wait = 0.0 if lived > STEADY else self.wait
            log.warning(
                "%s ended after %.0f s with %s; restart in %.1f s",
                self.name,
                lived,
                _reason(code),
                wait,
            )
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
