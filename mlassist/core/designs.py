"""The registry of detector designs: how each network is built and at what size it looks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import mobilenet_backbone
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import MultiScaleRoIAlign

from labeling.errors import Invalid
from mlassist.core.backbones import (
    Pyramid,
    State,
    load_exactly,
    mobilenet_pyramid,
    small_pyramid,
)

SCORE_FLOOR = 0.05
NMS_IOU = 0.5
MOST_BOXES = 100
STRIDE = 32  # of the coarsest level: sides of a canvas are multiples of it
_COCO_CLASSES = 91


@dataclass(frozen=True)
class Design:
    """One kind of network."""

    name: str
    side: int  # pixels; the canvas has the area of a square of this side
    frozen: int  # leading layers of the body that keep pretrained weights unchanged
    build: Callable[[int, State | None], FasterRCNN]  # classes, starting weights or None

    def freeze(self, net: FasterRCNN) -> None:
        """Stop the first layers of a pretrained network from learning: edges and colours."""
        for layer in list(net.backbone.body.children())[: self.frozen]:
            layer.requires_grad_(False)

    def canvas(self, sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """Width and height the network sees, in the median shape of these pictures.

        Both are multiples of STRIDE; shapes beyond 2 : 1 are padded to 2 : 1.
        """
        shape = sorted(width / height for width, height in sizes)[len(sizes) // 2]
        stretch = math.sqrt(min(2.0, max(0.5, shape)))
        width, height = self.side * stretch, self.side / stretch
        return on_stride(width, height)


def on_stride(width: float, height: float) -> tuple[int, int]:
    """The nearest canvas whose sides are multiples of STRIDE."""
    return max(1, round(width / STRIDE)) * STRIDE, max(1, round(height / STRIDE)) * STRIDE


class _OneLayer(nn.Module):
    """Box head: one fully connected layer; two overfit a few hundred pictures."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.fc = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.fc(x.flatten(1)))


def _mobilenet_v2(classes: int, weights: State | None) -> FasterRCNN:
    return _two_stage(
        mobilenet_pyramid(weights),
        classes,
        hidden=256,
        rois=48,
        anchors=((32, 48), (64, 96), (96, 160)),
    )


def _small(classes: int, weights: State | None) -> FasterRCNN:
    if weights is not None:
        raise Invalid("The small design starts from random weights only.")
    return _two_stage(small_pyramid(), classes, hidden=128, rois=48, anchors=((20, 36), (64, 104)))


def _two_stage(
    backbone: Pyramid, classes: int, *, hidden: int, rois: int, anchors: tuple[tuple[int, ...], ...]
) -> FasterRCNN:
    levels = [str(level) for level in range(len(anchors))]
    return FasterRCNN(
        backbone,
        num_classes=None,  # torchvision refuses a number beside an own predictor
        rpn_anchor_generator=AnchorGenerator(anchors, ((0.5, 1.0, 2.0),) * len(anchors)),
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=100,
        rpn_pre_nms_top_n_test=200,
        rpn_post_nms_top_n_test=50,
        box_roi_pool=MultiScaleRoIAlign(levels, output_size=5, sampling_ratio=2),
        box_head=_OneLayer(backbone.out_channels * 25, hidden),
        box_predictor=FastRCNNPredictor(hidden, classes + 1),
        box_batch_size_per_image=rois,
        **_OUTPUT,
    )


def _mobilenet_v3(classes: int, weights: State | None) -> FasterRCNN:
    backbone = mobilenet_backbone(
        backbone_name="mobilenet_v3_large",
        weights=None,
        fpn=True,
        trainable_layers=6,
    )
    anchors = ((32, 64, 128, 256, 512),) * 3
    net = FasterRCNN(
        backbone,
        _COCO_CLASSES,
        rpn_anchor_generator=AnchorGenerator(anchors, ((0.5, 1.0, 2.0),) * 3),
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=150,
        rpn_pre_nms_top_n_test=150,
        rpn_post_nms_top_n_test=150,
        box_batch_size_per_image=128,
        **_OUTPUT,
    )
    if weights is not None:
        load_exactly(net, weights, "Faster R-CNN MobileNetV3 (COCO)")
    net.roi_heads.box_predictor = FastRCNNPredictor(1024, classes + 1)
    return net


_OUTPUT = {
    "box_score_thresh": SCORE_FLOOR,
    "box_nms_thresh": NMS_IOU,
    "box_detections_per_img": MOST_BOXES,
}

SMALL = "small"
MOBILENET_V2 = "mobilenet_v2"
MOBILENET_V3 = "fasterrcnn_mobilenet_v3_large_320_fpn"
DESIGNS = {
    design.name: design
    for design in (
        Design(SMALL, 224, 0, _small),
        Design(MOBILENET_V2, 256, 4, _mobilenet_v2),
        Design(MOBILENET_V3, 320, 7, _mobilenet_v3),
    )
}


def losses(
    net: FasterRCNN, images: Tensor, targets: list[dict[str, Tensor]], *, amp: bool
) -> dict[str, Tensor]:
    """The four losses of one training batch, each a scalar; `net` must be in training mode.

    The parts of the network are called one by one because its own forward would resize the
    pictures a second time. With `amp` only the backbone runs in bfloat16: box coordinates do not
    survive 8 bits of precision.
    """
    frames, features = _features(net, images, amp)
    proposals, first = net.rpn(frames, features, targets)
    _, second = net.roi_heads(features, proposals, frames.image_sizes, targets)
    return {**first, **second}


def detections(net: FasterRCNN, images: Tensor, *, amp: bool) -> list[dict[str, Tensor]]:
    """Boxes (n, 4) in canvas pixels, labels (n,) and scores (n,), falling, of every picture."""
    frames, features = _features(net, images, amp)
    proposals, _ = net.rpn(frames, features)
    found: list[dict[str, Tensor]]
    found, _ = net.roi_heads(features, proposals, frames.image_sizes)
    return found


def _features(net: FasterRCNN, images: Tensor, amp: bool) -> tuple[ImageList, dict[str, Tensor]]:
    height, width = images.shape[-2:]
    with torch.autocast(images.device.type, torch.bfloat16, enabled=amp):
        features = net.backbone(images)
    floats = {name: level.float() for name, level in features.items()}
    return ImageList(images, [(height, width)] * len(images)), floats
