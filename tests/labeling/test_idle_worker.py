"""A worker with nothing to do costs next to nothing, and still begins new work within a second."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services import postgres_database

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_idle_worker_sleeps_and_wakes_for_work(tmp_path, database):
    with contextlib.ExitStack() as stack:
        env = {**os.environ, "LABELING_DATA": str(tmp_path), "LOG_LEVEL": "INFO"}
        if database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(postgres_database("boxwise_idle"))

        def manage(*command: str) -> str:
            done = subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=env, text=True,
                stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
            return done.stdout

        manage("migrate", "--verbosity", "0")
        log = tmp_path / "log"
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, env=env,
            stderr=stack.enter_context(log.open("w")),
        )  # fmt: skip
        stack.callback(worker.wait, 30)
        stack.callback(worker.terminate)
        deadline = time.monotonic() + 60
        while "queues=" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(5)
        before = cpu_seconds(worker.pid)
        time.sleep(20)
        used = (cpu_seconds(worker.pid) - before) / 20
        took = float(manage("shell", "-v0", "-c", ENQUEUE))

    assert used < {"sqlite": 0.005, "postgresql": 0.02}[database]
    assert took < 3  # a second on a machine that does nothing else
