"""The same product on PostgreSQL, and with Redis and RQ in place of the database's queue."""

import os
import subprocess
import sys
from pathlib import Path

from tests.journeys.test_crashes import compared, drive, undisturbed
from tests.services import postgres_database, redis_url

__all__ = ["undisturbed"]  # a fixture
ROOT = Path(__file__).resolve().parent.parent
DATABASE_TESTS = (
    "tests/labeling/test_assignments.py",
    "tests/labeling/test_rounds.py",
    "tests/labeling/test_steps.py",
    "tests/labeling/test_exports.py",
    "tests/labeling/test_suggested.py",
    "tests/labeling/test_retractions.py",
    "tests/labeling/test_webhooks.py",
    "tests/annotator_ui/test_live.py",
    "tests/annotator_ui/test_v1_requests.py",
)
# They walk whole jobs of many images, as the crash driver below does on PostgreSQL, too.
WALKS = ("any_size", "without_any_box", "follow_counts", "added_later", "small_intake")


def test_the_database_tests_pass_on_postgresql():
    others = " and ".join(f"not {name}" for name in WALKS)
    with postgres_database("test_boxwise_suite") as url:
        done = subprocess.run(  # the tests' own database has the name with "test_" before it
            [sys.executable, "-m", "pytest", "-q", "--reuse-db", "-k", others, *DATABASE_TESTS],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "DATABASE_URL": url.replace("/test_", "/")},
        )
    assert done.returncode == 0, done.stdout[-3000:]


def test_killed_workers_on_postgresql_end_as_an_undisturbed_one_on_sqlite(tmp_path, undisturbed):
    with postgres_database("boxwise_crash") as url:
        faults = ("kill:TRAINING.before_write", "kill:ACCEPTING.after_write")
        result = drive(tmp_path / "data", *faults, DATABASE_URL=url)
    assert result["met"] == 2
    assert compared(result) == undisturbed


def test_killed_workers_with_rq_on_redis_end_as_undisturbed(tmp_path, undisturbed):
    with postgres_database("boxwise_rq") as url:
        faults = ("kill:PREDICTING.claimed", "kill:CONSOLIDATING.before_write")
        result = drive(
            tmp_path / "data",
            *faults,
            DATABASE_URL=url,
            TASKS_BACKEND="rq",
            REDIS_URL=redis_url(),
        )
    assert result["met"] == 2
    assert compared(result) == undisturbed
