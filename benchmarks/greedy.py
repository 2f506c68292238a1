"""A person's claim beside somebody who asks for everything as fast as eight threads can."""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator

import requests

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import server, workplace
from labeling.simulation.client import Client

CLAIMS, PAUSE = 150, 0.1  # of the person who is measured; seconds between them
GREEDY_THREADS = 8
PASSWORD = "benchmark-only-1"
PAGE = "greedy-benchmark"
LIMIT = "50"  # requests a second, as the server has it by itself


def prepare() -> None:
    """Runs in a process of its own: a started job with two people."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model

    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.models import Member, Step
    from labeling.rounds import lifecycle
    from labeling.simulation import scenes
    from labeling.transfers import transfers

    job = setup.create("Greedy", None, assist=False, annotators_per_image=1, pilot_size=40)
    for name in scenes.CLASSES:
        classes.add(job, name)
    for name in ("marta", "greedy"):
        user = get_user_model().objects.create_user(name, password=PASSWORD)
        Member.objects.create(job=job, user=user, role=Member.Role.ANNOTATOR)
    folder = media_path("uploads/greedy")
    folder.mkdir(parents=True)
    for i in range(40):
        scenes.draw(7, i)[0].save(folder / f"scene-{i:04}.jpg", quality=92)
    runner.run("transfer", transfers.start_import(job, None, "files", f"uploads/{folder.name}").pk)
    lifecycle.start(job, None)
    for step in Step.objects.unfinished().filter(round__job=job):
        runner.run("step", step.pk)
    print(json.dumps(job.slug))


def claims(client: Client, slug: str) -> float:
    """Milliseconds that 95 of 100 claims stay below; each assignment is given back."""
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        ask = {"count": 1, "page": PAGE}
        assignments = client.call("POST", f"/api/jobs/{slug}/assignments/claim", ask)["assignments"]
        took.append(1000 * (time.perf_counter() - began))
        back = {"ids": [assignment["id"] for assignment in assignments], "page": PAGE}
        client.call("POST", f"/api/jobs/{slug}/assignments/give-back", back)
        time.sleep(PAUSE)
    return sorted(took)[int(0.95 * len(took))]


@contextlib.contextmanager
def greedy(url: str, slug: str) -> Iterator[None]:
    """Somebody signed in who waits for nothing, also where asked to."""
    ended = threading.Event()
    cookies = Client(url, "greedy", PASSWORD).session.cookies

    def ask() -> None:
        session = requests.Session()
        session.cookies.update(cookies)
        token = {"X-CSRFToken": str(cookies["csrf"])}
        while not ended.is_set():
            with contextlib.suppress(requests.RequestException):
                session.get(f"{url}/api/jobs/{slug}/snapshot", timeout=30)
                path = f"{url}/api/jobs/{slug}/assignments/claim"
                session.post(path, json={"count": 2}, headers=token, timeout=30)

    threads = [threading.Thread(target=ask) for _ in range(GREEDY_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def run() -> Iterator[Figure]:
    """Alone first, then beside the greedy one, in one run of one server."""
    with workplace() as place:
        slug = json.loads(place.python("-m", "benchmarks.greedy").splitlines()[-1])
        with server(place, REQUESTS_PER_SECOND=LIMIT) as site:
            client = Client(site.url, "marta", PASSWORD)
            claims(client, slug)  # warms up
            quiet = claims(client, slug)
            yield Figure("claim, quiet, 95 of 100 below", quiet, "ms")
            with greedy(site.url, slug):
                beside = claims(client, slug)
            yield Figure("claim beside a greedy person, 95 of 100 below", beside, "ms")
            yield Figure("claim, times as long as quiet", beside / quiet, "", Goal("<=", 6))


if __name__ == "__main__":
    sys.exit(prepare())
