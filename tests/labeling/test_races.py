"""People and machine at the same moment, in real processes, on SQLite and PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import prepared
from tests.services import postgres_database

ROOT = Path(__file__).resolve().parents[2]


def race(folder: Path, **env: str) -> dict[str, Any]:
    """What every race came to."""
    prepared.data_folder(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.labeling.race_driver"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "LABELING_DATA": str(folder), "LOG_LEVEL": "ERROR", **env},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def races(request, tmp_path_factory):
    """All races on one database."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield race(folder, DATABASE_URL="")
    else:
        with postgres_database("boxwise_races") as url:
            yield race(folder, DATABASE_URL=url)


def test_no_assignment_is_given_twice_and_the_round_closes_once(races):
    assert races["crowd"] == {
        "errors": [],
        "answers": 80,
        "double_assignments": 0,
        "twice_the_same": 0,
        "closed": 1,
    }


def test_ten_equal_submits_count_once(races):
    assert races["same_answer"] == {"errors": [], "rows": 1, "state": "submitted"}


def test_requests_under_one_key_at_the_same_moment_are_done_once_and_answered_alike(races):
    assert races["one_key"] == {"errors": [], "jobs": 1, "kept": 1}


def test_ten_requests_for_one_export_make_one(races):
    assert races["same_export"] == {"errors": [], "rows": 1}


def test_accepting_and_claiming_never_cross(races):
    found = races["accept_against_claim"]
    assert found["errors"] == []
    assert found["crossed"] == 0
    assert found["auto"] + found["answered"] == 30


def test_reviewers_of_one_page_do_not_fail_each_other(races):
    assert races["same_page"] == {"errors": [], "checks": 4}


def test_reviewers_who_correct_one_image_at_once_follow_each_other(races):
    assert races["same_image"] == {"errors": [], "made": 3, "hold": 1}


def test_a_change_that_is_stored_is_in_the_label(races):
    assert races["late_change"] == {"errors": [], "as_answered": True}


def test_pausing_in_the_middle_leaves_the_job_running_and_whole(races):
    found = races["pause"]
    assert (found["errors"], found["state"], found["broken"]) == ([], "running", 0)


def test_cancelling_in_the_middle_leaves_nothing_open(races):
    found = races["cancel"]
    assert (found["errors"], found["open"], found["broken"]) == ([], 0, 0)
    assert found["state"] in ("cancelled", "complete")
