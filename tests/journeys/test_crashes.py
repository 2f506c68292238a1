"""A worker dies at every point of every step: the job ends as if nothing had happened."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
STATES = ("SELECTING", "CONSOLIDATING", "TRAINING", "PREDICTING", "CALIBRATING", "ACCEPTING")


def drive(folder: Path, *faults: str, **env: str) -> dict[str, Any]:
    """The canonical state a job ends in when its workers meet these faults."""
    prepared.data_folder(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.crash_driver", *faults],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=330,
        env={
            **os.environ,
            "LABELING_DATA": str(folder),
            "MLASSIST_ENGINE": "tests.fakes",
            "STEP_LEASE_SECONDS": "1",
            "LOG_LEVEL": "WARNING",
            **env,
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    result["log"] = done.stderr
    return result


def compared(result: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in result.items() if k not in ("met", "errors", "log")}


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """The same job on SQLite with a worker that nothing happens to; once in a whole run."""
    kept = prepared.HOME / "undisturbed.json"

    def make() -> None:
        result = drive(prepared.HOME / "undisturbed")
        assert result["met"] == result["errors"] == 0
        assert result["certificate"]["outcome"] == "certified"
        assert {source for _, source, *_ in result["labels"]} == {"human", "auto", "reviewer"}
        kept.write_text(json.dumps(compared(result)))

    with prepared.once("undisturbed", make):
        found: dict[str, Any] = json.loads(kept.read_text())
    return found


def test_killed_at_every_point_of_every_state_the_job_ends_as_undisturbed(tmp_path, undisturbed):
    points = ("claimed", "before_write", "after_write")
    faults = [f"kill:{state}.{point}" for state in STATES for point in points]

    result = drive(tmp_path / "data", *faults)

    assert result["met"] == len(faults)
    assert compared(result) == undisturbed


def test_killed_around_messages_and_three_times_in_a_row_it_ends_as_undisturbed(
    tmp_path, undisturbed
):
    thrice = ["kill:PREDICTING.before_write"] * 3
    result = drive(tmp_path / "data", "kill:enqueue.before", "kill:enqueue.after", *thrice)
    assert result["met"] == 5
    assert compared(result) == undisturbed


def test_a_worker_frozen_in_a_step_is_replaced_and_fenced_when_it_wakes(tmp_path, undisturbed):
    result = drive(tmp_path / "data", "stop:PREDICTING.before_write", "stop:ACCEPTING.before_write")
    assert result["met"] == 2
    assert result["log"].count("lost its lease") == 2
    assert compared(result) == undisturbed


def test_after_a_full_disk_in_every_state_a_retry_ends_as_undisturbed(tmp_path, undisturbed):
    """The fault stays armed: three failures stop the step, then a person presses Retry."""
    points = ("claimed", "before_write")
    faults = [f"raise:{state}.{point}" for state in STATES for point in points]

    result = drive(tmp_path / "data", *faults)

    assert result["met"] == len(faults)
    # an attempt that a slow machine let outlive its lease counts, too, and is not told as a failure
    assert 2 * len(faults) < result["errors"] <= 3 * len(faults)
    assert "No space left on device" in result["log"]
    assert compared(result) == undisturbed


@pytest.mark.parametrize("state", ["PREDICTING", "ACCEPTING"])
def test_an_error_after_every_write_is_told_and_loses_nothing(tmp_path, undisturbed, state):
    result = drive(tmp_path / "data", f"raise:{state}.after_write")

    assert result["errors"] >= 1
    assert compared(result) == undisturbed


def test_every_fence_and_every_message_stands_between_two_fault_points():
    """Parsed, so that a new commit or message cannot be forgotten by the tests above."""
    places = 0
    for path in sorted((ROOT / "labeling").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [
                (n.lineno, ast.unparse(n.func))
                for n in ast.walk(function)
                if isinstance(n, ast.Call)
            ]
            guarded = [
                line
                for line, name in calls
                if name.endswith(").enqueue")  # of a task, not what sends it
                or (function.name == "fenced" and name == "transaction.atomic")
            ]
            points = [line for line, name in calls if name == "faults.point"]
            for line in guarded:
                places += 1
                assert min(points, default=line) < line < max(points, default=line), (path, line)
    assert places == 2  # the fence and the messages of all work items
