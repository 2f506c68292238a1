"""RetinaNet on ResNet-50 v2, from COCO weights, for a GPU."""

from torchvision.models.detection import (
    RetinaNet,
    RetinaNet_ResNet50_FPN_V2_Weights,
    retinanet_resnet50_fpn_v2,
)

from mlassist.detectors.backbones import State
from mlassist.detectors.designs.base import ClassRows, fresh_logits, published
from mlassist.detectors.designs.one_stage import OUTPUT, Dense
from mlassist.detectors.sizes import Sizes


def build(classes: int, weights: State | None, sizes: Sizes) -> RetinaNet:
    """The network; only the layer of class scores is fresh."""
    net = published(retinanet_resnet50_fpn_v2, weights, "RetinaNet ResNet-50 v2 (COCO)", **OUTPUT)
    head = net.head.classification_head
    head.cls_logits = fresh_logits(head.cls_logits, head.num_anchors * classes)
    head.num_classes = classes
    return net  # type: ignore[no-any-return]


DESIGN = Dense(
    "retinanet_resnet50_fpn_v2",
    512,
    build,
    (ClassRows("head.classification_head.cls_logits"),),
    frozen=("backbone.body.conv1.", "backbone.body.layer1."),
    weights=RetinaNet_ResNet50_FPN_V2_Weights.COCO_V1,
    marks=("head.classification_head.conv.0.1.weight", "head.regression_head.bbox_reg.weight"),
    background=0,
)
