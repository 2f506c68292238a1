"""What judging a large pool takes of a worker: memory and seconds for each 10,000 images.

Rows only, no pictures: ten boxes in each of four views, 300 images that judge, a certified job.
"""

import json
import random
import resource
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import workplace

POOL, JUDGES, BOXES, WRITE = 20_000, 300, 10, 500
VIEWS = ("flip", "small", "large")


def measured() -> None:
    """Runs in a process of its own; prints MiB that judging added to its peak, and seconds."""
    import django

    django.setup()
    import scipy.optimize  # noqa: F401
    import sklearn.ensemble  # noqa: F401  # what any judging loads is not the pool's

    from mlassist.calibration.evaluation import judge
    from mlassist.data.heartbeat import no_heartbeat

    detector = _detector()
    before, began = _peak_mib(), time.monotonic()
    judged = judge(detector, no_heartbeat)
    assert judged is not None
    print(json.dumps([_peak_mib() - before, time.monotonic() - began]))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _detector() -> Any:
    """A certified job's detector that has seen its pool and the images that judge it."""
    from labeling.jobs import classes, setup
    from labeling.models import Image, Job, Label, Round, RoundSettings
    from mlassist.models import Detector, Prediction

    chance = random.Random(0)
    job = setup.create("Huge", None)
    for name in ("cat", "dog"):
        classes.add(job, name)
    Job.objects.filter(pk=job.pk).update(acceptance=Job.Acceptance.CERTIFIED)
    job.refresh_from_db()
    round = Round.objects.create(
        job=job,
        number=1,
        purpose=Round.Purpose.ACTIVE,
        state=Round.State.CALIBRATING,
        settings=RoundSettings.of_job(job),
    )
    detector = Detector.objects.create(
        round=round,
        weights="none",
        digest="0" * 64,
        design="none",
        recipe={},
        class_ids=[0, 1],
        origin="made up",
        trained_on=200,
    )
    for start in range(0, POOL + JUDGES, WRITE):
        judges = start < JUDGES
        images = Image.objects.bulk_create(
            Image(
                job=job,
                original="none",
                file="none",
                preview="none",
                name=f"{start + i:06}.jpg",
                width=640,
                height=480,
                digest=f"{chance.getrandbits(256):064x}",
                shuffle=chance.getrandbits(62),
                split=Image.Split.VALIDATION if judges and start + i < JUDGES else "",
            )
            for i in range(WRITE)
        )
        seen = [_boxes(chance) for _ in images]
        Prediction.objects.bulk_create(
            Prediction(
                detector=detector,
                image=image,
                boxes=boxes,
                views={view: _shaken(boxes, chance) for view in VIEWS},
            )
            for image, boxes in zip(images, seen, strict=True)
        )
        Label.objects.bulk_create(
            Label(
                image=image,
                round=round,
                source=Label.Source.HUMAN,
                confidence=0.9,
                boxes=[box for box in boxes if box["score"] > chance.random()],
            )
            for image, boxes in zip(images, seen, strict=True)
            if image.split
        )
    return detector


def _boxes(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "class_id": chance.randrange(2),
            "x1": 10.5 + 50 * i,
            "y1": 20.25,
            "x2": 55.5 + 50 * i,
            "y2": 200.75,
            "score": chance.random(),
        }
        for i in range(BOXES)
    ]


def _shaken(boxes: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    return [{**box, "x2": box["x2"] + chance.uniform(-5, 5)} for box in boxes]


def run() -> Iterator[Figure]:
    """One pool in a fresh data folder."""
    with workplace() as place:
        mib, seconds = json.loads(place.python("-m", "benchmarks.judging").splitlines()[-1])
    share = 10_000 / POOL
    yield Figure("judging, memory for 10,000 images", mib * share, "MiB", Goal("<=", 80.0))
    yield Figure("judging, 10,000 images", seconds * share, "s")


if __name__ == "__main__":
    measured()
