"""COCO's average precision, by COCO's own evaluation (docs/algorithms.md 3.4)."""

import contextlib
import io
from collections.abc import Sequence

import numpy as np

from labeling.kernel.boxes import BoxSet
from labeling.kernel.json_shapes import AveragePrecision


def average_precision(
    predictions: Sequence[BoxSet], truths: Sequence[BoxSet]
) -> AveragePrecision | None:
    """Of each image's scored boxes against its true ones; None where there is no true box."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    if not any(len(truth) for truth in truths):
        return None
    true, found = COCO(), COCO()
    images = [{"id": i} for i in range(len(truths))]
    classes = sorted({int(c) for one in (*truths, *predictions) for c in one.classes})
    for coco, sets in ((true, truths), (found, predictions)):
        coco.dataset = {
            "images": images,
            "categories": [{"id": c} for c in classes],
            "annotations": _annotations(sets),
        }
        with contextlib.redirect_stdout(io.StringIO()):  # it tells of every stage
            coco.createIndex()
    evaluation = COCOeval(true, found, "bbox")
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    ap, ap50, ap75 = (round(float(value), 4) for value in evaluation.stats[:3])
    return {"ap": ap, "ap50": ap50, "ap75": ap75}


def _annotations(sets: Sequence[BoxSet]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for image, boxes in enumerate(sets):
        sides = boxes.coords[:, 2:] - boxes.coords[:, :2]
        for corner, side, kind, score in zip(
            boxes.coords[:, :2], sides, boxes.classes.tolist(), boxes.scores.tolist(), strict=True
        ):
            rows.append(
                {
                    "id": len(rows) + 1,  # 0 counts as not matched
                    "image_id": image,
                    "category_id": kind,
                    "bbox": [*corner.tolist(), *side.tolist()],
                    "area": float(np.prod(side)),
                    "iscrowd": 0,
                    "score": score,
                }
            )
    return rows
