"""kill -9 of the web server while people submit: what was acknowledged is there, once."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from labeling.simulation.client import Client
from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
KILLS, PEOPLE, IMAGES = 8, 4, 400

SET_UP = """
from labeling.models import Step
from labeling.ledger import runner
from labeling.rounds import lifecycle
from tests import factories
job = factories.make_job(**factories.ALONE, slug="crash", assist=False, pilot_size={images})
for i in range({people}):
    factories.join(job, factories.person(f"p{{i}}"), "annotator")
factories.make_images(job, {images})
lifecycle.start(job, None)
for step in Step.objects.all():
    runner.run("step", step.pk)
"""
READ = """
import json
from labeling.models import Assignment
rows = Assignment.objects.filter(state="submitted").values_list("pk", "version", "boxes")
print(json.dumps([[pk, version, boxes[0]["x1"]] for pk, version, boxes in rows]))
"""


class Web:
    """A web server that can be shot."""

    def __init__(self, env: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.env, self.url = env, f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "uvicorn",
                "labeling.asgi:application",
                "--lifespan",
                "off",
                "--port",
                str(self.port),
                "--log-level",
                "error",
            ],
            cwd=ROOT,
            env=self.env,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                requests.get(f"{self.url}/accounts/login/", timeout=5)
                return
            except requests.RequestException:
                time.sleep(0.1)
        raise AssertionError("the web server does not answer")

    def kill(self) -> None:
        """Without a chance to clean up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def submit_on(client: Client, stop: threading.Event, acknowledged: dict[int, float]) -> None:
    """Claim and answer, sending again whatever was not acknowledged, as the outbox does."""
    unsent: list[tuple[int, float]] = []
    while not stop.is_set():
        try:
            if not unsent:
                assignments = client.call("POST", "/api/jobs/crash/assignments/claim", {"count": 2})
                unsent = [(s["id"], float(s["id"] % 90)) for s in assignments["assignments"]]
                if not unsent:
                    return
            assignment, x = unsent[0]
            body = {"class_id": 0, "x1": x, "y1": 5.0, "x2": x + 50, "y2": 60.0}
            client.call(
                "PUT", f"/api/assignments/{assignment}/answer", {"version": 1, "boxes": [body]}
            )
            acknowledged[assignment] = x
            unsent.pop(0)
        except requests.RequestException:
            time.sleep(0.05)


def test_no_acknowledged_answer_is_lost(tmp_path: Path):
    env = {**os.environ, "LABELING_DATA": str(tmp_path), "LOG_LEVEL": "ERROR"}

    def manage(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    prepared.data_folder(tmp_path, static=True)
    manage("shell", "-v0", "-c", SET_UP.format(people=PEOPLE, images=IMAGES))
    web = Web(env)
    stop, acknowledged = threading.Event(), {}
    threads = [
        threading.Thread(
            target=submit_on, args=(Client(web.url, f"p{i}", f"p{i}"), stop, acknowledged)
        )
        for i in range(PEOPLE)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            time.sleep(0.7)
            web.kill()
            web.start()
        time.sleep(1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        web.kill()

    stored = {pk: (version, x) for pk, version, x in json.loads(manage("shell", "-v0", "-c", READ))}
    assert len(acknowledged) >= 20
    lost = {pk: x for pk, x in acknowledged.items() if stored.get(pk) != (1, x)}
    assert lost == {}
