"""Builds Faster R-CNNs: a light one for a CPU, and a published one with a fresh last layer."""

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.ops import MultiScaleRoIAlign

from mlassist.detectors.backbones import Pyramid
from mlassist.detectors.designs.base import (
    MOST_BOXES,
    NMS_IOU,
    SCORE_FLOOR,
)
from mlassist.detectors.sizes import Sizes

OUTPUT = {
    "box_score_thresh": SCORE_FLOOR,
    "box_nms_thresh": NMS_IOU,
    "box_detections_per_img": MOST_BOXES,
}


class _OneLayer(nn.Module):
    """Box head: one fully connected layer; two overfit a few hundred pictures."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.fc = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.fc(x.flatten(1)))


def light(
    backbone: Pyramid, classes: int, sizes: Sizes, usual: tuple[tuple[int, ...], ...], hidden: int
) -> FasterRCNN:
    """A Faster R-CNN for a CPU on a few hundred pictures.

    `usual`: anchor sides per level where `sizes` names none.
    """
    anchors = sizes.anchors or usual
    levels = [str(level) for level in range(len(anchors))]
    return FasterRCNN(
        backbone,
        num_classes=None,  # torchvision refuses a number beside an own predictor
        rpn_anchor_generator=AnchorGenerator(anchors, ((0.5, 1.0, 2.0),) * len(anchors)),
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=100,
        rpn_pre_nms_top_n_test=4 * sizes.proposals,
        rpn_post_nms_top_n_test=sizes.proposals,
        box_roi_pool=MultiScaleRoIAlign(levels, output_size=5, sampling_ratio=2),
        box_head=_OneLayer(backbone.out_channels * 25, hidden),
        box_predictor=FastRCNNPredictor(hidden, classes + 1),
        box_batch_size_per_image=48,
        **OUTPUT,
    )


def replace_predictor(net: FasterRCNN, classes: int) -> FasterRCNN:
    """The network with a fresh last layer for these classes."""
    inputs = net.roi_heads.box_predictor.cls_score.in_features
    net.roi_heads.box_predictor = FastRCNNPredictor(inputs, classes + 1)
    return net
