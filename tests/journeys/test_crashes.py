"""A worker dies at every point of every step: the job ends as if nothing had happened."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATES = ("SELECTING", "CONSOLIDATING", "TRAINING", "PREDICTING", "CALIBRATING", "ACCEPTING")


def drive(folder: Path, *faults: str, **env: str) -> dict[str, Any]:
    """The canonical state a job ends in when its workers meet these faults."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.crash_driver", *faults],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
        env={
            **os.environ, "LABELING_DATA": str(folder), "MLASSIST_ENGINE": "tests.fakes",
            "STEP_LEASE_SECONDS": "1", "LOG_LEVEL": "WARNING", **env,
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    result["log"] = done.stderr
    return result


def compared(result: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in result.items() if k not in ("met", "errors", "log")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, Any]:
    """The same job with a worker that nothing happens to."""
    result = drive(tmp_path_factory.mktemp("calm") / "data")
    assert result["met"] == result["errors"] == 0
    assert result["certificate"]["outcome"] == "certified"
    assert {source for _, source, *_ in result["labels"]} == {"human", "auto", "reviewer"}
    return compared(result)


@pytest.mark.parametrize("point", ["claimed", "before_write", "after_write"])
def test_killed_once_in_every_state_the_job_ends_as_undisturbed(tmp_path, undisturbed, point):
    faults = [f"kill:{state}.{point}" for state in STATES]

    result = drive(tmp_path / "data", *faults)

    assert result["met"] == len(faults)
    assert compared(result) == undisturbed


def test_killed_around_every_message_the_job_ends_as_undisturbed(tmp_path, undisturbed):
    result = drive(tmp_path / "data", "kill:enqueue.before", "kill:enqueue.after")
    assert result["met"] == 2
    assert compared(result) == undisturbed


def test_killed_three_times_in_a_row_at_one_point(tmp_path, undisturbed):
    result = drive(tmp_path / "data", *["kill:PREDICTING.before_write"] * 3)
    assert result["met"] == 3
    assert compared(result) == undisturbed


def test_a_worker_frozen_in_a_step_is_replaced_and_fenced_when_it_wakes(tmp_path, undisturbed):
    result = drive(tmp_path / "data", "stop:PREDICTING.before_write", "stop:ACCEPTING.before_write")
    assert result["met"] == 2
    assert result["log"].count("lost its lease") == 2
    assert compared(result) == undisturbed


@pytest.mark.parametrize("state", ["TRAINING", "CONSOLIDATING"])
def test_a_full_disk_is_told_and_the_step_does_not_end_half_done(tmp_path, state):
    """The fault stays armed: three failures, then the round waits for a person's Retry."""
    folder = tmp_path / "data"
    with pytest.raises(AssertionError, match="No space left on device"):
        drive(folder, f"raise:{state}.before_write", CRASH_PATIENCE="12")


def test_every_commit_of_a_step_and_every_message_has_a_fault_point():
    """`lease.fenced` is the only way steps write, and it passes one before and one after."""
    steps = ast.parse((ROOT / "labeling/services/steps.py").read_text())
    for name, points in (("fenced", 2), ("nudge", 2), ("run", 1)):
        function = next(
            n for n in ast.walk(steps) if isinstance(n, ast.FunctionDef) and n.name == name
        )
        found = [
            n for n in ast.walk(function)
            if isinstance(n, ast.Attribute) and ast.unparse(n) == "faults.point"
        ]  # fmt: skip
        assert len(found) == points, name
    for path in ("mlassist/steps.py", "mlassist/ranking.py", "labeling/services/selecting.py"):
        text = (ROOT / path).read_text()
        assert "transaction.atomic" not in text, path
        writes = sum(text.count(w) for w in ("bulk_create(", "bulk_update(", "objects.create("))
        assert writes == 0 or "lease.fenced(" in text or path.endswith("selecting.py")
