"""An annotator's cycle over HTTP: claim an image, fetch it, submit three boxes."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import Server, server, workplace
from labeling.rehearsal.client import Client

PEOPLE = (1, 8)  # at once; each crowd works a job of its own
EACH = 40  # cycles of one person
WARM_UP = 10  # cycles before the clock starts
PASSWORD = "benchmark-only-1"


def prepare() -> None:
    """Runs in a process of its own: accounts and a started job per crowd; prints what is there."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model

    from labeling.core import scenes
    from labeling.models import Member, Round, Step
    from labeling.services import jobs, steps, transfers
    from labeling.services.images import media_path

    made: dict[str, Any] = {}
    for people in PEOPLE:
        images = people * EACH + WARM_UP
        job = jobs.create(
            f"Crowd of {people}", None, assist=False, annotators_per_image=1, pilot_size=images
        )
        for name in scenes.CLASSES:
            jobs.add_class(job, name)
        for i in range(people):
            user = get_user_model().objects.create_user(f"p{people}-{i}", password=PASSWORD)
            Member.objects.create(job=job, user=user, role=Member.Role.ANNOTATOR)
        folder = media_path(f"uploads/bench-{people}")
        folder.mkdir(parents=True)
        for i in range(images):
            scenes.draw(people, i)[0].save(folder / f"scene-{i:04}.jpg", quality=92)
        row = transfers.start_import(job, None, "files", f"uploads/{folder.name}")
        transfers.run(row.pk)
        jobs.start(job, None)
        for step in Step.objects.unfinished().filter(round__job=job):
            steps.run(step.pk)
        assert job.rounds.get().state == Round.State.COLLECTING
        made[str(people)] = {"slug": job.slug, "images": images}
    print(json.dumps(made))


def doubles() -> None:
    """Runs in a process of its own: prints how many answers are more than one per image."""
    import django

    django.setup()
    from labeling.models import Assignment

    state = Assignment.State
    taken = Assignment.objects.filter(state__in=(state.CLAIMED, state.SUBMITTED, state.SURPLUS))
    print(taken.count() - taken.values("image").distinct().count())


def cycle(client: Client, slug: str) -> bool:
    """One cycle; False when nothing is left."""
    claimed = client.call("POST", f"/api/jobs/{slug}/assignments/claim", {"count": 1})
    if not claimed["assignments"]:
        return False
    seat = claimed["assignments"][0]
    client.picture(seat["image"]["url"])
    boxes = [
        {"class_id": k, "x1": 10.0 + 90 * k, "y1": 20.0, "x2": 80.0 + 90 * k, "y2": 120.0}
        for k in range(3)
    ]
    body = {"version": 1, "boxes": boxes, "active_ms": 9000, "hold": []}
    client.call("PUT", f"/api/assignments/{seat['id']}/answer", body)
    return True


def crowd(site: Server, people: int, slug: str) -> tuple[float, float, int]:
    """Cycles per second, server CPU milliseconds per cycle, and refused calls."""
    clients = [Client(site.url, f"p{people}-{i}", PASSWORD) for i in range(people)]
    for i in range(WARM_UP):
        cycle(clients[i % people], slug)
    done, failed = [0] * people, [0] * people

    def work(i: int) -> None:
        for _ in range(EACH):
            try:
                done[i] += cycle(clients[i], slug)
            except requests.RequestException as error:
                print(f"    {error}", file=sys.stderr)
                failed[i] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(people)]
    before, began = site.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.perf_counter() - began, site.cpu_seconds() - before
    return sum(done) / seconds, 1000 * used / max(1, sum(done)), sum(failed)


def run() -> Iterator[Figure]:
    """One annotator, then eight at once."""
    with workplace() as place:
        made = json.loads(place.python("-m", "benchmarks.cycle", "prepare").splitlines()[-1])
        failed = 0
        with server(place) as site:
            for people in PEOPLE:
                rate, cost, refused = crowd(site, people, made[str(people)]["slug"])
                who = "1 annotator" if people == 1 else f"{people} annotators"
                yield Figure(f"cycle, {who}", rate, "cycles/s")
                yield Figure(f"server CPU, {who}", cost, "ms/cycle", Goal("<=", 11))
                failed += refused
        yield Figure("refused calls", failed, "calls", Goal("=", 0))
        extra = int(place.python("-m", "benchmarks.cycle", "doubles").split()[-1])
        yield Figure("double seats", extra, "seats", Goal("=", 0))


if __name__ == "__main__":
    {"prepare": prepare, "doubles": doubles}[sys.argv[1]]()
