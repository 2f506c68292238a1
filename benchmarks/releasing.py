"""Releases of 100,000 images with ten boxes each, and their verification: time and memory."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.exporting import BOXES, labelled_job
from benchmarks.figures import Figure, Goal
from benchmarks.importing import forget_peak, peak
from benchmarks.workplace import workplace

FEW, MANY = 10_000, 100_000


def measured(work: Callable[[], Any]) -> None:
    """Print seconds and peak memory of this work, whose process did nothing before."""
    forget_peak()
    began = time.perf_counter()
    work()
    print(json.dumps({"seconds": time.perf_counter() - began, "peak": peak()}))


def prepare(count: int) -> None:
    """A job with one release, since which half of the labels have one box moved."""
    job = labelled_job(count)
    from labeling.ledger import runner
    from labeling.models import Label
    from labeling.transfers import releases

    runner.run("transfer", releases.start_release(job, None).pk)
    label = Label.objects.earliest("pk")
    moved = [{**label.boxes[0], "x2": 310.0}, *label.boxes[1:]]
    Label.objects.filter(pk__lt=label.pk + count // 2).update(boxes=moved)


def make(count: int) -> None:
    """The second release."""
    import django

    django.setup()
    from labeling.ledger import runner
    from labeling.models import Job, Release
    from labeling.transfers import releases

    row = releases.start_release(Job.objects.get(), None)
    measured(lambda: runner.run("transfer", row.pk))
    made = Release.objects.latest("number")
    changes = made.counts["changes"]
    assert (changes["labels_changed"], changes["boxes_moved"]) == (count / 2, count / 2)
    assert made.counts["boxes"] == count * BOXES


def verify(count: int) -> None:
    """The second release with the first."""
    import django

    django.setup()
    from django.core.management import call_command

    from labeling.kernel.stored_files import media_path
    from labeling.models import Release

    second, first = (media_path(one.file) for one in Release.objects.all())
    measured(lambda: call_command("verify_release", str(second), previous=first))


STAGES = {"prepare": prepare, "make": make, "verify": verify}


def run() -> Iterator[Figure]:
    """Each size in a fresh data folder, each stage in a process of its own."""
    told: dict[tuple[str, int], dict[str, float]] = {}
    for count in (FEW, MANY):
        with workplace() as place:
            for stage in STAGES:
                lines = place.python("-m", "benchmarks.releasing", stage, str(count)).splitlines()
                if stage != "prepare":
                    told[stage, count] = json.loads(lines[-1])
    for stage, name in (("make", "release of 100,000 images"), ("verify", "its verification")):
        few, many = told[stage, FEW], told[stage, MANY]
        yield Figure(name, many["seconds"], "s", Goal("<=", 120))
        yield Figure(f"{name}: peak memory", many["peak"], "MB")
        yield Figure(f"{name}: from 10,000 on", many["peak"] - few["peak"], "MB more")


if __name__ == "__main__":
    STAGES[sys.argv[1]](int(sys.argv[2]))
