"""Faster R-CNN on MobileNetV3, COCO weights: the first choice on a CPU (docs/algorithms.md 6.1)."""

from torchvision.models.detection import (
    FasterRCNN,
    FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
    fasterrcnn_mobilenet_v3_large_320_fpn,
)

from mlassist.detectors.backbones import State
from mlassist.detectors.designs.base import Design, published
from mlassist.detectors.designs.faster_rcnn import OUTPUT, replace_predictor
from mlassist.detectors.sizes import Sizes


def build(classes: int, weights: State | None, sizes: Sizes) -> FasterRCNN:
    """The network; its anchors and proposals are those that it was published with."""
    net = published(
        fasterrcnn_mobilenet_v3_large_320_fpn,
        weights,
        "Faster R-CNN MobileNetV3 (COCO)",
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=150,
        rpn_pre_nms_top_n_test=150,
        rpn_post_nms_top_n_test=150,
        rpn_score_thresh=0.0,
        box_batch_size_per_image=128,
        **OUTPUT,
    )
    return replace_predictor(net, classes)


DESIGN = Design(
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    320,
    build,
    frozen=tuple(f"backbone.body.{layer}." for layer in range(7)),
    weights=FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1,
    marks=("backbone.body.16.0.weight", "roi_heads.box_predictor.cls_score.weight"),
)
