"""SSDLite on MobileNetV3, from COCO weights: the cheapest, and the slowest to learn new objects."""

from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection import (
    SSDLite320_MobileNet_V3_Large_Weights,
    ssdlite320_mobilenet_v3_large,
)
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.ssd import SSD
from torchvision.ops import box_iou

from mlassist.data.pictures import MEAN, SPREAD
from mlassist.detectors.backbones import State
from mlassist.detectors.designs.base import ClassRows, Design, Features, Targets, published
from mlassist.detectors.designs.one_stage import OUTPUT
from mlassist.detectors.sizes import Sizes

_LEVELS = 6


class _Ssd(Design):
    """Default boxes are shares of the canvas, so any canvas will do."""

    def prepare(self, images: Tensor) -> Tensor:
        """Channels in [-1, 1], as it was trained."""
        mean = torch.tensor(MEAN, device=images.device).view(1, 3, 1, 1)
        spread = torch.tensor(SPREAD, device=images.device).view(1, 3, 1, 1)
        return (images * spread + mean) * 2 - 1

    def part_losses(
        self, net: Any, frames: ImageList, features: Features, targets: Targets
    ) -> dict[str, Tensor]:
        """Class and box losses."""
        levels = list(features.values())
        outputs, anchors = net.head(levels), net.anchor_generator(frames, levels)
        matched = [
            net.proposal_matcher(box_iou(target["boxes"], boxes))
            if len(target["boxes"])
            else torch.full((len(boxes),), -1, dtype=torch.int64, device=boxes.device)
            for target, boxes in zip(targets, anchors, strict=True)
        ]
        losses: dict[str, Tensor] = net.compute_loss(targets, outputs, anchors, matched)
        return losses

    def found(self, net: Any, frames: ImageList, features: Features) -> list[dict[str, Tensor]]:
        """Boxes, labels and scores of every picture."""
        levels = list(features.values())
        outputs, anchors = net.head(levels), net.anchor_generator(frames, levels)
        rows: list[dict[str, Tensor]]
        rows = net.postprocess_detections(outputs, anchors, frames.image_sizes)
        return rows


def build(classes: int, weights: State | None, sizes: Sizes) -> SSD:
    """The network; only the last layers of the class scores are fresh."""
    net = published(ssdlite320_mobilenet_v3_large, weights, "SSDLite MobileNetV3 (COCO)", **OUTPUT)
    head = net.head.classification_head
    for block, boxes in zip(
        head.module_list, net.anchor_generator.num_anchors_per_location(), strict=True
    ):
        block[1] = nn.Conv2d(block[1].in_channels, boxes * (classes + 1), 1)
        nn.init.normal_(block[1].weight, std=0.03)  # as torchvision's
        nn.init.zeros_(block[1].bias)
    head.num_columns = classes + 1
    return net  # type: ignore[no-any-return]


DESIGN = _Ssd(
    "ssdlite320_mobilenet_v3_large",
    320,
    build,
    tuple(ClassRows(f"head.classification_head.module_list.{k}.1") for k in range(_LEVELS)),
    body="backbone.features.",
    frozen=tuple(f"backbone.features.0.{layer}." for layer in range(7)),
    weights=SSDLite320_MobileNet_V3_Large_Weights.COCO_V1,
    marks=("head.classification_head.module_list.0.0.0.weight", "backbone.extra.0.0.0.weight"),
)
