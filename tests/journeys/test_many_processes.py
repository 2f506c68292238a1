"""Two web processes, three workers, eight people, one database: nothing lost or done twice."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from labeling.simulation.client import Client
from tests import prepared
from tests.browser.serving import free_port, until
from tests.journeys.many_people_driver import ANNOTATORS, IMAGES, REVIEWERS
from tests.services import postgres_database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 150.0
BOX = {"class_id": 0, "x1": 10, "y1": 10, "x2": 60, "y2": 60}


@pytest.fixture(params=["sqlite", "postgresql"])
def env(request, tmp_path) -> Iterator[dict[str, str]]:
    """The environment of every process of the team."""
    prepared.data_folder(tmp_path, static=True)
    shared = {
        **os.environ,
        "LABELING_DATA": str(tmp_path),
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "labeling.settings",
        "MLASSIST_ENGINE": "tests.fakes",
        "MLASSIST_WEIGHTS": "none",
    }
    if request.param == "sqlite":
        yield {**shared, "DATABASE_URL": ""}
    else:
        with postgres_database("boxwise_team") as url:
            yield {**shared, "DATABASE_URL": url}


def driver(env: dict[str, str], call: str) -> Any:
    """Ask tests.journeys.many_people_driver."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.many_people_driver", call],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def process(env: dict[str, str], *command: str) -> Iterator[None]:
    """A process that is ended afterwards."""
    running = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env)
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


def answers(url: str) -> bool:
    """Whether the server is up."""
    try:
        return requests.get(f"{url}/accounts/login/", timeout=5).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def person(url: str, name: str, ended: threading.Event, slug: str, refused: list[str]) -> None:
    """Work over two connections in turn until the job has ended."""
    clients = [Client(url, name, name) for _ in range(2)]
    queue: list[Any] = []
    checks = name.startswith("checker")
    kind = "audits" if checks else "assignments"
    turn = 0
    while not ended.is_set():
        turn += 1
        client = clients[turn % 2]
        try:
            claimed = client.call("POST", f"/api/jobs/{slug}/{kind}/claim", {"count": 2})
            queue = claimed[kind]
            if checks and (plan := claimed["order"]["plan"]):  # all who ask at once give a number
                number = {"plan": plan, "nonce": secrets.token_hex(32)}
                client.call("POST", f"/api/jobs/{slug}/audits/nonce", number)
            for work in queue:
                turn += 1
                if checks:
                    if work["blind"] and work["drawn"] is None:
                        drawing = {"boxes": [BOX]}
                        client.call("PUT", f"/api/audits/{work['id']}/drawing", drawing)
                    body = {"verdict": "corrected", "boxes": [BOX]}
                    clients[turn % 2].call("PUT", f"/api/audits/{work['id']}/verdict", body)
                else:
                    body = {"version": 1, "boxes": [BOX], "hold": [w["id"] for w in queue]}
                    clients[turn % 2].call("PUT", f"/api/assignments/{work['id']}/answer", body)
        except requests.HTTPError as error:
            # a claim or assignment that another process settled first is told, never broken
            if error.response is None or error.response.status_code not in (404, 409):
                refused.append(str(error))
        if not queue:
            time.sleep(0.5)  # eight people who ask ten times a second leave the workers no time


def test_a_job_is_done_once_by_many_processes(env):
    slug = driver(env, "prepare")
    ended, refused = threading.Event(), []
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    names = [f"drawer-{i}" for i in range(ANNOTATORS)] + [f"checker-{i}" for i in range(REVIEWERS)]
    with ExitStack() as team:
        serve = ("manage.py", "serve", "--web-processes", "2", "--port", str(port))
        team.enter_context(process(env, *serve))
        team.enter_context(process(env, "manage.py", "worker", "--interval", "0.1"))
        until(lambda: answers(url))
        crowd = [
            threading.Thread(target=person, args=(url, name, ended, slug, refused), daemon=True)
            for name in names
        ]
        for one in crowd:
            one.start()
        manager = Client(url, "checker-0", "checker-0")
        try:
            until(lambda: _complete(manager, slug), PATIENCE)
            until(lambda: driver(env, "report")["undecided"] == 0, PATIENCE)
        finally:
            ended.set()
        for one in crowd:
            one.join(10)

    found = driver(env, "report")
    assert refused == []
    assert found == {
        "state": "complete",
        "labelled": IMAGES,
        "labelled_twice": 0,
        "assignment_filled_twice": 0,
        "answered_twice": 0,
        "people": ANNOTATORS,
        "states_entered_twice": 0,
        "failed_steps": 0,
        "undecided": 0,
    }


def _complete(manager: Client, slug: str) -> bool:
    state = manager.call("GET", f"/api/jobs/{slug}/snapshot")["job"]["state"]
    time.sleep(0.5)
    return bool(state == "complete")
