"""What a job of 100,000 images costs its people: requests there against one of 1,000 images.

Rows only, no pictures; a fifth is labelled, two answers each, in rounds of 200. Requests go through
Django's test client in one process, so they hold no network and no other people.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import workplace

FEW, MANY = 1_000, 100_000
BATCH, BOXES, REPEATS = 200, 5, 7
SETS, CHECKS = 6, 120  # of its proof
PEOPLE = {"ada": "annotator", "ben": "annotator", "mia": "manager"}
GOALS = {  # seconds
    "submit, with the next image": 0.1,
    "live page's snapshot": 1.0,
    "check, with the next one": 1.0,
    "snapshot during an audit": 2.0,
}


def measured(count: int) -> None:
    """Runs in a process of its own; prints the seconds of each request."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", verbosity=0, interactive=False)
    job = _job(count)
    ada, mia = Client(), Client()
    ada.force_login(get_user_model().objects.get(username="ada"))
    mia.force_login(get_user_model().objects.get(username="mia"))
    mine = f"/api/jobs/{job.slug}"

    def post(client: Any, address: str, **body: Any) -> Any:
        return send(client.post, address, body)

    def send(ask: Any, address: str, body: dict[str, Any]) -> Any:
        found = ask(address, json.dumps(body), content_type="application/json")
        assert found.status_code == 200, (address, found.content)
        return found.json()

    def get(client: Any, address: str) -> Callable[[], None]:
        def ask() -> None:
            assert client.get(address).status_code == 200, address

        return ask

    assignments = post(ada, f"{mine}/assignments/claim")["assignments"]
    answer = {"boxes": _boxes(random.Random(1)), "active_ms": 9000}

    def submit() -> None:
        assignment = assignments.pop(0)
        address = f"/api/assignments/{assignment['id']}/answer"
        assignments.extend(
            send(ada.put, address, {**answer, "version": assignment["version"] + 1})["next"]
        )

    requests = {
        "submit, with the next image": submit,
        "drawing page": get(ada, f"/jobs/{job.slug}/work"),
        "live page's snapshot": get(mia, f"{mine}/snapshot"),
        "report": get(mia, f"/jobs/{job.slug}/report"),
        "grid of labels": get(mia, f"{mine}/grid"),
        "images on which people differ": get(mia, f"{mine}/disagreements"),
        "home page of a manager": get(mia, "/"),
    }
    found = {name: _seconds(ask) for name, ask in requests.items()}

    _put_to_the_proof(job)
    assignments[:] = post(ada, f"{mine}/assignments/claim")["assignments"]
    plan = post(mia, f"{mine}/audits/claim")["order"]["plan"]
    send(mia.post, f"{mine}/audits/nonce", {"plan": plan, "nonce": "5e" * 32})
    checks = post(mia, f"{mine}/audits/claim")["audits"]

    def check() -> None:
        one = checks.pop(0)
        if one["blind"]:
            send(mia.put, f"/api/audits/{one['id']}/drawing", {"boxes": answer["boxes"]})
        given = {"verdict": "corrected", "boxes": answer["boxes"], "active_ms": 9000}
        body = {**given, "hold": [audit["id"] for audit in checks]}
        checks.extend(send(mia.put, f"/api/audits/{one['id']}/verdict", body)["next"])

    requests = {
        "check, with the next one": check,
        "snapshot during an audit": get(mia, f"{mine}/snapshot"),
        "report during an audit": get(mia, f"/jobs/{job.slug}/report"),
        "submit during an audit": submit,
    }
    print(json.dumps(found | {name: _seconds(ask) for name, ask in requests.items()}))


def _seconds(ask: Callable[[], None]) -> float:
    ask()  # the first one compiles templates and reads the disk
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return median(times)


def _job(count: int) -> Any:
    """A job half-way: a fifth labelled, the latest round open with its assignments."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from labeling.jobs import classes, setup
    from labeling.models import Assignment, Image, Job, Label, Member, Round, RoundSettings
    from labeling.rounds import selection

    chance, now = random.Random(0), timezone.now()
    job = setup.create("Huge", None)
    for name in ("cat", "dog"):
        classes.add(job, name)
    users = {
        name: get_user_model().objects.create_user(name, password=f"{name}-benchmark-only")
        for name in PEOPLE
    }
    for name, role in PEOPLE.items():
        Member.objects.create(job=job, user=users[name], role=role)
    Image.objects.bulk_create(
        (
            Image(
                job=job,
                original="none",
                file="none",
                preview="none",
                name=f"{i:06}.jpg",
                width=640,
                height=480,
                digest=f"{chance.getrandbits(256):064x}",
                perceptual_hash=chance.getrandbits(63),
                shuffle=chance.getrandbits(62),
            )
            for i in range(count)
        ),
        batch_size=2000,
    )
    pks = list(job.images.values_list("pk", flat=True)[: count // 5])
    settings = replace(RoundSettings.of_job(job), size=BATCH)
    for number, start in enumerate(range(0, len(pks), BATCH), 1):
        round = Round.objects.create(
            job=job,
            number=number,
            purpose=Round.Purpose.ACTIVE,
            state=Round.State.CLOSED,
            settings=settings,
            closed_at=now,
        )
        some = pks[start : start + BATCH]
        Assignment.objects.bulk_create(
            Assignment(
                round=round,
                image_id=pk,
                slot=slot,
                annotator=users[who],
                state="submitted",
                version=1,
                boxes=_boxes(chance),
                active_ms=9000,
                submitted_at=now,
            )
            for pk in some
            for slot, who in ((1, "ada"), (2, "ben"))
        )
        Label.objects.bulk_create(
            Label(
                image_id=pk,
                round=round,
                source=Label.Source.HUMAN,
                boxes=_boxes(chance),
                confidence=0.9,
                detail={"agreement": [0.9, 0.8]},
            )
            for pk in some
        )
        Image.objects.filter(pk__in=some).update(split=Image.Split.TRAINING)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    job.refresh_from_db()
    last = Round.objects.create(
        job=job,
        number=number + 1,
        purpose=Round.Purpose.ACTIVE,
        state=Round.State.COLLECTING,
        settings=settings,
    )
    selection.open_assignments(last, selection.candidates(last)[:BATCH])
    return job


def _put_to_the_proof(job: Any) -> None:
    """AuditPlan nine of ten images that are left, the rest handed out to people."""
    from labeling.certification import planning
    from labeling.certification.core.expected import expected_of
    from labeling.kernel.boxes import pack
    from labeling.ledger.steps import Lease
    from labeling.models import Round, RoundSettings, Step
    from labeling.rounds import selection

    chance = random.Random(2)
    last = job.rounds.get(closed_at=None)
    last.assignments.exclude(state="submitted").delete()
    Round.objects.filter(pk=last.pk).update(closed_at=last.opened_at, state=Round.State.CLOSED)
    round = Round.objects.create(
        job=job,
        number=last.number + 1,
        purpose=Round.Purpose.CLOSING,
        state=Round.State.CALIBRATING,
        settings=replace(RoundSettings.of_job(job), size=BATCH),
    )
    Step.objects.create(round=round, state=round.state, queue="default", lease_owner="benchmark")
    lease = Lease(round.steps.get(), "benchmark")
    images = list(job.images.unlabeled())
    thresholds = [0.9 - 0.1 * rank for rank in range(SETS)]
    candidates = [
        planning.Candidate(
            image.pk, image.digest, i % SETS, thresholds[i % SETS], pack(_boxes(chance))
        )
        for i, image in enumerate(images[: len(images) * 9 // 10])
    ]
    expected = [expected_of(np.full(2, 0.8), np.array([0.9, 0.7]))] * SETS
    planning.lock(round, lease, planning.Proposal(candidates, thresholds, expected, CHECKS, {}))
    selection.open_the_rest(round, lease)
    Round.objects.filter(pk=round.pk).update(state=Round.State.AUDITING)


def _boxes(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "class_id": chance.randrange(2),
            "x1": 10.5 + 20 * i,
            "y1": 20.25,
            "x2": 100.5 + 20 * i,
            "y2": 200.75,
        }
        for i in range(BOXES)
    ]


def run() -> Iterator[Figure]:
    """1,000 and 100,000 images, each in a fresh data folder."""
    found = {}
    for count in (FEW, MANY):
        with workplace() as place:
            told = place.python("-m", "benchmarks.scale", str(count))
            found[count] = json.loads(told.splitlines()[-1])
    for name, seconds in found[MANY].items():
        goal = GOALS.get(name)
        yield Figure(
            f"{name}, 100,000 images",
            seconds * 1000,
            "ms",
            Goal("<=", goal * 1000) if goal else None,
        )
        yield Figure("  against 1,000 images", seconds / found[FEW][name], "times")


if __name__ == "__main__":
    measured(int(sys.argv[1]))
