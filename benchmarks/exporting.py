"""Exports of 10,000 and 100,000 images with ten boxes each: their time, and memory that grows."""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, Goal
from benchmarks.importing import forget_peak, peak
from benchmarks.workplace import workplace

FEW, MANY = 10_000, 100_000
BOXES, CHUNK = 10, 5_000
PICTURE = b"\xff\xd8" + bytes(20_000)  # every image is served this file
SETS = {"coco": {}, "voc": {}, "yolo": {"images": True, "split": [80, 10, 10]}}


def labelled_job(count: int) -> Any:
    """A job of so many labelled images, in this process."""
    import django

    django.setup()
    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.models import Image, Label

    job = setup.create("Export", None)
    classes.add(job, "cat")
    media_path("picture").parent.mkdir(parents=True, exist_ok=True)
    media_path("picture").write_bytes(PICTURE)
    edges = {"x2": 300.25, "y2": 400.0}
    boxes = [{"class_id": 0, "x1": 10.125 + i, "y1": 20.5, **edges} for i in range(BOXES)]
    for start in range(0, count, CHUNK):
        images = Image.objects.bulk_create(
            Image(
                job=job,
                original="picture.jpg",
                file="picture",
                preview="picture",
                name=f"folder {i % 100}/image-{i:06}.jpg",
                width=1920,
                height=1080,
                digest=hashlib.sha256(str(i).encode()).hexdigest(),
                shuffle=i,
            )
            for i in range(start, start + CHUNK)
        )
        Label.objects.bulk_create(
            Label(image=image, source="human", boxes=boxes) for image in images
        )
    return job


def exported(count: int, format: str) -> None:
    """Runs in a process of its own, so that its peak is its own; prints what it took."""
    job = labelled_job(count)
    from labeling.ledger import runner
    from labeling.transfers import transfers

    row = transfers.start_export(job, None, format, **SETS[format])
    forget_peak()
    began = time.perf_counter()
    runner.run("transfer", row.pk)
    seconds = time.perf_counter() - began
    row.refresh_from_db()
    assert row.report == {"images": count}, (row.error, row.report)
    print(json.dumps({"seconds": seconds, "peak": peak(), "megabytes": row.size / 1e6}))


def run() -> Iterator[Figure]:
    """Each size and format in a fresh data folder."""
    for format, options in SETS.items():
        told = {}
        for count in (FEW, MANY):
            with workplace() as place:
                lines = place.python("-m", "benchmarks.exporting", str(count), format).splitlines()
                told[count] = json.loads(lines[-1])
        name = f"export of 100,000 images, {format}{', with images' if options else ''}"
        many = told[MANY]
        yield Figure(name, many["seconds"], "s", Goal("<=", 120))
        yield Figure(f"{name}: file", many["megabytes"], "MB")
        yield Figure(f"{name}: peak memory", many["peak"], "MB")
        yield Figure(f"{name}: from 10,000 on", many["peak"] - told[FEW]["peak"], "MB more")


if __name__ == "__main__":
    exported(int(sys.argv[1]), sys.argv[2])
