"""Processes that a driver starts as copies of itself: real ones, without loading all of it again.

A start of Python with the product costs one to two seconds of processor time, a copy a hundredth.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections


class Copy:
    """A process that runs one function, with connections of its own and its errors kept."""

    def __init__(self, work: Callable[[], Any], *, kept: bool = False) -> None:
        self.said = tempfile.TemporaryFile() if kept else None  # noqa: SIM115  longer than this

        def run() -> None:
            if self.said is not None:
                os.dup2(self.said.fileno(), 2)
            work()

        connections.close_all()  # SQLite forgets its locks where two processes share one
        self.process: BaseProcess = multiprocessing.get_context("fork").Process(target=run)
        self.process.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self.process.pid is not None
        return self.process.pid

    def ended(self) -> bool:
        """Whether it has."""
        return self.process.exitcode is not None

    def wait(self, seconds: float) -> int:
        """Its exit status, once it has ended; killed where it does not."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
            raise AssertionError(f"a process did not end within {seconds} seconds")
        return self.process.exitcode

    def errors(self) -> str:
        """What it wrote to stderr."""
        assert self.said is not None
        self.said.seek(0)
        return self.said.read().decode()
