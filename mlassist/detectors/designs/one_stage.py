"""What the designs without proposals share: every place of the features gives boxes and scores."""

from typing import Any

from torch import Tensor
from torchvision.models.detection.image_list import ImageList

from mlassist.detectors.designs.base import (
    MOST_BOXES,
    NMS_IOU,
    SCORE_FLOOR,
    Design,
    Features,
    Targets,
)

OUTPUT = {
    "score_thresh": SCORE_FLOOR,
    "nms_thresh": NMS_IOU,
    "detections_per_img": MOST_BOXES,
}


class Dense(Design):
    """RetinaNet and FCOS: an independent yes or no for every class, so none means "nothing"."""

    def part_losses(
        self, net: Any, frames: ImageList, features: Features, targets: Targets
    ) -> dict[str, Tensor]:
        """Class and box losses (FCOS: of centredness, too)."""
        levels = list(features.values())
        outputs, anchors = net.head(levels), net.anchor_generator(frames, levels)
        from_zero = [{**target, "labels": target["labels"] - 1} for target in targets]
        losses: dict[str, Tensor] = self.compare(net, from_zero, outputs, anchors, levels)
        return losses

    def compare(
        self, net: Any, targets: Targets, outputs: Any, anchors: Any, levels: list[Tensor]
    ) -> Any:
        """torchvision's losses."""
        return net.compute_loss(targets, outputs, anchors)

    def found(self, net: Any, frames: ImageList, features: Features) -> list[dict[str, Tensor]]:
        """Boxes, labels and scores of every picture."""
        levels = list(features.values())
        outputs, anchors = net.head(levels), net.anchor_generator(frames, levels)
        places = [level.shape[-2] * level.shape[-1] for level in levels]
        each = outputs["cls_logits"].shape[1] // sum(places)
        counts = [each * number for number in places]
        rows = net.postprocess_detections(
            {name: list(value.split(counts, dim=1)) for name, value in outputs.items()},
            [list(one.split(counts)) for one in anchors],
            frames.image_sizes,
        )
        return [{**row, "labels": row["labels"] + 1} for row in rows]
