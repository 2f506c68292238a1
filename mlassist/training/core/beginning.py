"""What a training begins with: boxes to learn from, and a detector before its first step."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from labeling.kernel.errors import Invalid
from mlassist.data.pictures import Sample, size_of
from mlassist.detectors import designs
from mlassist.detectors.detector import Detector, build
from mlassist.detectors.weights import Start


def count_boxes(samples: Sequence[Sample], class_ids: Sequence[int]) -> dict[int, int]:
    """Boxes per class id; raises Invalid where nothing can be learned, as `fit`."""
    if not class_ids or len(set(class_ids)) != len(class_ids):
        raise Invalid(
            "A detector needs at least one class, each named once.",
            where="class_ids",
            code="no_classes",
        )
    counts = dict.fromkeys(class_ids, 0)
    for sample in samples:
        for class_id in sample.boxes.classes.tolist():
            if class_id not in counts:
                raise Invalid(
                    f"{sample.path.name} has a box of class {class_id}, which is not taught.",
                    where="class_ids",
                    code="class_not_taught",
                )
            counts[class_id] += 1
    if not any(counts.values()):
        raise Invalid(
            f"None of the {len(samples)} training images has a box, so there is nothing to learn. "
            "Label more images first.",
            where="samples",
            code="no_boxes",
        )
    return counts


def begin(
    start: Start | Detector, samples: Sequence[Sample], class_ids: Sequence[int], seed: int
) -> Detector:
    """The detector before its first step; what the start does not bring is drawn by the seed.

    Changes torch's random state. Raises Invalid where an earlier detector knows other classes.
    """
    torch.manual_seed(seed)
    if isinstance(start, Detector):
        if start.class_ids != tuple(class_ids):
            raise Invalid(
                "The earlier detector knows other classes; train from starting weights instead.",
                where="class_ids",
                code="other_classes",
            )
        fresh = build(start.design, class_ids, start.canvas, start.sizes)
        fresh.net.load_state_dict(start.net.state_dict())
        fresh = replace(start, net=fresh.net)
    else:
        design = designs.named(start.design)
        fresh = Detector(
            design.build(len(class_ids), start.weights, start.sizes),
            start.design,
            tuple(class_ids),
            design.canvas([size_of(sample.path) for sample in samples], start.side),
            start.weights is not None,
            start.origin,
            start.sizes,
        )
    if fresh.pretrained:
        designs.named(fresh.design).freeze(fresh.net)
    return fresh
