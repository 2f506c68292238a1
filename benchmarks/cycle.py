"""An annotator's cycle over HTTP: claim an image, fetch it, submit three boxes.

As the page does it: the answer to a submit brings the next assignment, so a call of its own claims
only the first one. The cycle with a claim of its own each time is measured beside it.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import Server, server, workplace
from labeling.simulation.client import Client

CROWDS = ((1, "with"), (8, "with"), (1, "apart"))  # people at once; how they claim
EACH = 40  # cycles of one person
WARM_UP = 10  # cycles before the clock starts
PASSWORD = "benchmark-only-1"


def prepare() -> None:
    """Runs in a process of its own: accounts and a started job per crowd; prints what is there."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model

    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.models import Member, Round, Step
    from labeling.rounds import lifecycle
    from labeling.simulation import scenes
    from labeling.transfers import transfers

    made: dict[str, str] = {}
    for people, claiming in CROWDS:
        crowd = f"{people}-{claiming}"
        images = people * EACH + WARM_UP
        job = setup.create(
            f"Crowd {crowd}", None, assist=False, annotators_per_image=1, pilot_size=images
        )
        for name in scenes.CLASSES:
            classes.add(job, name)
        for i in range(people):
            user = get_user_model().objects.create_user(f"p{crowd}-{i}", password=PASSWORD)
            Member.objects.create(job=job, user=user, role=Member.Role.ANNOTATOR)
        folder = media_path(f"uploads/bench-{crowd}")
        folder.mkdir(parents=True)
        for i in range(images):
            scenes.draw(people, i)[0].save(folder / f"scene-{i:04}.jpg", quality=92)
        row = transfers.start_import(job, None, "files", f"uploads/{folder.name}")
        runner.run("transfer", row.pk)
        lifecycle.start(job, None)
        for step in Step.objects.unfinished().filter(round__job=job):
            runner.run("step", step.pk)
        assert job.rounds.get().state == Round.State.COLLECTING
        made[crowd] = job.slug
    print(json.dumps(made))


def doubles() -> None:
    """Runs in a process of its own: prints how many answers are more than one per image."""
    import django

    django.setup()
    from labeling.models import Assignment

    state = Assignment.State
    taken = Assignment.objects.filter(state__in=(state.CLAIMED, state.SUBMITTED, state.EXTRA))
    print(taken.count() - taken.values("image").distinct().count())


class Annotator:
    """One person at the page: holds the assignments that the last answer brought."""

    def __init__(self, client: Client, slug: str, claims_apart: bool) -> None:
        self.client, self.slug, self.claims_apart = client, slug, claims_apart
        self.assignments: list[dict[str, Any]] = []

    def cycle(self) -> bool:
        """One image; False when nothing is left."""
        if self.claims_apart or not self.assignments:
            path = f"/api/jobs/{self.slug}/assignments/claim"
            self.assignments = self.client.call("POST", path, {"count": 1})["assignments"]
        if not self.assignments:
            return False
        assignment = self.assignments.pop(0)
        self.client.picture(assignment["image"]["url"])
        path, hold = (
            f"/api/assignments/{assignment['id']}/answer",
            [s["id"] for s in self.assignments],
        )
        self.assignments += self.client.call("PUT", path, answer(hold))["next"]
        return True


def answer(hold: list[int]) -> dict[str, Any]:
    """Three boxes, and the next assignments, please."""
    boxes = [
        {"class_id": k, "x1": 10.0 + 90 * k, "y1": 20.0, "x2": 80.0 + 90 * k, "y2": 120.0}
        for k in range(3)
    ]
    return {"version": 1, "boxes": boxes, "active_ms": 9000, "hold": hold}


def work(site: Server, people: int, claiming: str, slug: str) -> tuple[float, float, int]:
    """Cycles per second, server CPU milliseconds per cycle, and refused calls."""
    names = [f"p{people}-{claiming}-{i}" for i in range(people)]
    crowd = [Annotator(Client(site.url, n, PASSWORD), slug, claiming == "apart") for n in names]
    for i in range(WARM_UP):
        crowd[i % people].cycle()
    done, failed = [0] * people, [0] * people

    def draw(i: int) -> None:
        for _ in range(EACH):
            try:
                done[i] += crowd[i].cycle()
            except requests.RequestException as error:
                print(f"    {error}", file=sys.stderr)
                failed[i] += 1

    threads = [threading.Thread(target=draw, args=(i,)) for i in range(people)]
    before, began = site.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.perf_counter() - began, site.cpu_seconds() - before
    return sum(done) / seconds, 1000 * used / max(1, sum(done)), sum(failed)


def run() -> Iterator[Figure]:
    """One annotator, then eight at once, then one who claims by a call of its own."""
    with workplace() as place:
        made = json.loads(place.python("-m", "benchmarks.cycle", "prepare").splitlines()[-1])
        failed = 0
        with server(place) as site:
            for people, claiming in CROWDS:
                rate, cost, refused = work(site, people, claiming, made[f"{people}-{claiming}"])
                who = "1 annotator" if people == 1 else f"{people} annotators"
                who += ", claim apart" if claiming == "apart" else ""
                yield Figure(f"cycle, {who}", rate, "cycles/s")
                yield Figure(f"server CPU, {who}", cost, "ms/cycle", Goal("<=", 11))
                failed += refused
        yield Figure("refused calls", failed, "calls", Goal("=", 0))
        extra = int(place.python("-m", "benchmarks.cycle", "doubles").split()[-1])
        yield Figure("double assignments", extra, "assignments", Goal("=", 0))


if __name__ == "__main__":
    {"prepare": prepare, "doubles": doubles}[sys.argv[1]]()
