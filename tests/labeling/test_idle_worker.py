"""A worker with nothing to do costs next to nothing, and still begins new work within a second."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.services import postgres_database

ROOT = Path(__file__).resolve().parents[2]
LOOKED_AT = 16.0  # seconds; the slowest sweep comes every fifteen
ENQUEUE = """
import time
from labeling.transfers import transfers
from tests import factories
job = factories.make_job()
time.sleep(2)
row = transfers.start_export(job, None, "coco")
began = time.monotonic()
while row.finished_at is None and time.monotonic() - began < 30:
    time.sleep(0.02)
    row.refresh_from_db()
print(time.monotonic() - began)
"""


def cpu_seconds(pid: int) -> float:
    """Time of the processor that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Idle:
    """A worker that has begun and has nothing to do."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack, url: str) -> None:
        prepared.data_folder(folder)
        self.env = {
            **os.environ,
            "LABELING_DATA": str(folder),
            "LOG_LEVEL": "INFO",
            "DATABASE_URL": url,
        }
        self.log = folder / "log"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env=self.env,
            stderr=stack.enter_context(self.log.open("w")),
        )
        stack.callback(self.process.wait, 30)
        stack.callback(self.process.terminate)

    def ready(self) -> None:
        """Wait until it waits for work."""
        deadline = time.monotonic() + 60
        while "queues=" not in self.log.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)

    def takes(self) -> float:
        """The seconds until it has done an export that somebody asks for."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", ENQUEUE],
            cwd=ROOT,
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        )
        return float(done.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Iterator[dict[str, tuple[float, float]]]:
    """The share of a core that idle workers use, and how soon they do a work: by database."""
    with contextlib.ExitStack() as stack:
        urls = {"sqlite": ""}
        with contextlib.suppress(pytest.skip.Exception):
            urls["postgresql"] = stack.enter_context(postgres_database("boxwise_idle"))
        idle = {name: Idle(tmp_path_factory.mktemp(name), stack, urls[name]) for name in urls}
        for worker in idle.values():
            worker.ready()
        time.sleep(5)
        before = {name: cpu_seconds(worker.process.pid) for name, worker in idle.items()}
        time.sleep(LOOKED_AT)
        used = {
            name: (cpu_seconds(worker.process.pid) - before[name]) / LOOKED_AT
            for name, worker in idle.items()
        }
        yield {name: (used[name], worker.takes()) for name, worker in idle.items()}


@pytest.mark.parametrize(("database", "most"), [("sqlite", 0.005), ("postgresql", 0.02)])
def test_an_idle_worker_sleeps_and_wakes_for_work(found, database, most):
    if database not in found:
        pytest.skip("no PostgreSQL answers")
    used, took = found[database]
    assert used < most
    assert took < 3  # a second on a machine that does nothing else
