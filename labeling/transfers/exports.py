"""Streams labels to a file: the Ground Truth output manifest, and COCO."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from django.db.models import Prefetch

from labeling.jobs.images import UniqueNames
from labeling.kernel import addresses
from labeling.kernel.boxes import Box
from labeling.models import Image, Job, Label

Progress = Callable[[int, int], None]
CHUNK = 500


def write_manifest(job: Job, path: Path, progress: Progress) -> int:
    """One JSON line per image, as Ground Truth writes it (docs/algorithms.md 8.4); images written.

    Images without a label keep the bare line of the input manifest.
    """
    # older jobs may have an address that is reserved by now
    attribute = f"{job.slug}-boxes" if addresses.problem(job.slug) else job.slug
    names: dict[int, str] = {}

    def write(file: TextIO) -> int:
        count = 0
        for image, name, label in _rows(job, progress):
            if label and not names.keys() >= {box["class_id"] for box in label.boxes}:
                names.update(job.classes.values_list("index", "name"))  # one may be new
            line = manifest_line(image, name, label, attribute, names)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
        return count

    return _atomically(path, write)


def manifest_line(
    image: Image, name: str, label: Label | None, attribute: str, names: dict[int, str]
) -> dict[str, Any]:
    """The output manifest's object for one image, which the export calls `name`."""
    line: dict[str, Any] = {"source-ref": name}
    if label is None:
        return line
    line[attribute] = {
        "image_size": [{"width": image.width, "height": image.height, "depth": 3}],
        "annotations": [_whole_pixels(box, image) for box in label.boxes],
    }
    used = sorted({box["class_id"] for box in label.boxes})
    line[f"{attribute}-metadata"] = {
        "objects": [{"confidence": c} for c in _confidences(label)],
        "class-map": {str(i): names[i] for i in used},
        "type": "groundtruth/object-detection",
        "human-annotated": "no" if label.source == Label.Source.AUTO else "yes",
        "creation-date": label.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "job-name": f"labeling-job/{attribute}",
    }
    return line


def _whole_pixels(box: Box, image: Image) -> dict[str, int]:
    left, top = min(round(box["x1"]), image.width - 1), min(round(box["y1"]), image.height - 1)
    return {
        "class_id": box["class_id"],
        "left": left,
        "top": top,
        "width": max(1, min(round(box["x2"]), image.width) - left),
        "height": max(1, min(round(box["y2"]), image.height) - top),
    }


def _confidences(label: Label) -> list[float]:
    """Per box: the machine's score, people's agreement, 0 where one person stands alone."""
    if label.source == Label.Source.AUTO:
        return [round(box.get("score", 0.0), 2) for box in label.boxes]
    if label.detail.get("method") in (None, "single"):
        return [0.0] * len(label.boxes)
    return [round(p, 2) for p in label.detail["probability"]]


def write_coco(job: Job, path: Path, progress: Progress) -> int:
    """A COCO detection file of the labelled images; category ids are class index + 1.

    An image without a label is left out: whoever trains on the file would take it for an empty
    one. Each image is read once, so a label that is stored meanwhile comes whole or not at all;
    classes are written last, so that one added meanwhile is among them. `sha256` is of the
    original file: by it an import finds the image again, whatever it is called.
    """
    aside = path.with_suffix(".annotations.part")

    def write(file: TextIO) -> int:
        file.write('{"info": ' + json.dumps({"description": job.name}))
        file.write(', "images": [')
        count = number = 0
        with aside.open("w+", encoding="utf-8", newline="\n") as annotations:
            for image, name, label in _rows(job, progress):
                if label is None:
                    continue
                record = {
                    "id": image.pk,
                    "file_name": name,
                    "width": image.width,
                    "height": image.height,
                    "sha256": image.digest,
                }
                file.write(("," if count else "") + "\n" + json.dumps(record, ensure_ascii=False))
                count += 1
                for box in label.boxes:
                    number += 1
                    row = json.dumps(_coco_box(number, image, label, box))
                    annotations.write(("," if number > 1 else "") + "\n" + row)
            annotations.seek(0)
            file.write('], "annotations": [')
            shutil.copyfileobj(annotations, file)
        categories = [{"id": c.index + 1, "name": c.name} for c in job.classes.all()]
        file.write('], "categories": ' + json.dumps(categories, ensure_ascii=False) + "}\n")
        return count

    try:
        return _atomically(path, write)
    finally:
        aside.unlink(missing_ok=True)


def _coco_box(number: int, image: Image, label: Label, box: Box) -> dict[str, Any]:
    width, height = box["x2"] - box["x1"], box["y2"] - box["y1"]
    return {
        "id": number,
        "image_id": image.pk,
        "category_id": box["class_id"] + 1,
        "bbox": [box["x1"], box["y1"], round(width, 4), round(height, 4)],
        "area": round(width * height, 4),
        "iscrowd": 0,
        "attributes": {
            "source": label.source,
            **({"score": box["score"]} if "score" in box else {}),
        },
    }


def _rows(job: Job, progress: Progress) -> Iterator[tuple[Image, str, Label | None]]:
    """Present images in order of import with a name that no other has and their active label."""
    total = job.images.count()
    done, last = 0, 0
    active = Prefetch("labels", Label.objects.active(), to_attr="active")
    names = UniqueNames()
    while True:
        # pages by key instead of one long read, which would hold SQLite's log open
        page = list(job.images.filter(pk__gt=last).order_by("pk").prefetch_related(active)[:CHUNK])
        if not page:
            return
        for image in page:
            name = names.take(image.name)  # excluded ones too: they may come back
            if not image.excluded:
                yield image, name, image.active[0] if image.active else None  # type: ignore[attr-defined]
        done, last = done + len(page), page[-1].pk
        progress(done, total)


def _atomically(path: Path, write: Callable[[TextIO], int]) -> int:
    temporary = path.with_suffix(".part")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        count = write(file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return count


WRITERS: dict[str, Callable[[Job, Path, Progress], int]] = {
    "manifest": write_manifest,
    "coco": write_coco,
}
SUFFIXES = {"manifest": "manifest", "coco": "coco.json"}
