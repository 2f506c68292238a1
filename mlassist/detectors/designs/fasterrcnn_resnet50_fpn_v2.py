"""Faster R-CNN on ResNet-50 v2, from COCO weights: the most accurate one, for a GPU."""

from torchvision.models.detection import (
    FasterRCNN,
    FasterRCNN_ResNet50_FPN_V2_Weights,
    fasterrcnn_resnet50_fpn_v2,
)

from mlassist.detectors.backbones import State
from mlassist.detectors.designs.base import Design, published
from mlassist.detectors.designs.faster_rcnn import OUTPUT, replace_predictor
from mlassist.detectors.sizes import Sizes


def build(classes: int, weights: State | None, sizes: Sizes) -> FasterRCNN:
    """The network with its published anchors, and as many proposals as one class to ten need."""
    net = published(
        fasterrcnn_resnet50_fpn_v2,
        weights,
        "Faster R-CNN ResNet-50 v2 (COCO)",
        rpn_post_nms_top_n_train=500,
        rpn_post_nms_top_n_test=300,
        box_batch_size_per_image=128,  # its box head costs as much as the backbone at 512
        **OUTPUT,
    )
    return replace_predictor(net, classes)


DESIGN = Design(
    "fasterrcnn_resnet50_fpn_v2",
    512,
    build,
    frozen=("backbone.body.conv1.", "backbone.body.layer1."),
    weights=FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1,
    marks=("roi_heads.box_head.5.weight", "roi_heads.box_predictor.cls_score.weight"),
)
