"""FCOS on ResNet-50, from COCO weights, for a GPU: no anchors."""

from typing import Any

from torch import Tensor
from torchvision.models.detection import FCOS, FCOS_ResNet50_FPN_Weights, fcos_resnet50_fpn

from mlassist.detectors.backbones import State
from mlassist.detectors.designs.base import ClassRows, Targets, fresh_logits, published
from mlassist.detectors.designs.one_stage import OUTPUT, Dense
from mlassist.detectors.sizes import Sizes


class _Fcos(Dense):
    """Its losses are told how many places each level has."""

    def compare(
        self, net: Any, targets: Targets, outputs: Any, anchors: Any, levels: list[Tensor]
    ) -> Any:
        """torchvision's losses."""
        places = [level.shape[-2] * level.shape[-1] for level in levels]
        return net.compute_loss(targets, outputs, anchors, places)


def build(classes: int, weights: State | None, sizes: Sizes) -> FCOS:
    """The network; only the layer of class scores is fresh."""
    net = published(fcos_resnet50_fpn, weights, "FCOS ResNet-50 (COCO)", **OUTPUT)
    head = net.head.classification_head
    head.cls_logits = fresh_logits(head.cls_logits, head.num_anchors * classes)
    head.num_classes = classes
    return net  # type: ignore[no-any-return]


DESIGN = _Fcos(
    "fcos_resnet50_fpn",
    512,
    build,
    (ClassRows("head.classification_head.cls_logits"),),
    frozen=("backbone.body.conv1.", "backbone.body.layer1."),
    weights=FCOS_ResNet50_FPN_Weights.COCO_V1,
    marks=("head.regression_head.bbox_ctrness.weight",),
    background=0,
)
