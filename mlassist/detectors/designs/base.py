"""What every design knows of itself; all are Faster R-CNNs: proposals first, then a closer look."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.models import WeightsEnum
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FrozenBatchNorm2d

from labeling.kernel.errors import Invalid
from mlassist.detectors.backbones import State, load_exactly
from mlassist.detectors.sizes import Sizes

SCORE_FLOOR = 0.05
NMS_IOU = 0.5
MOST_BOXES = 100
STRIDE = 32  # sides of a canvas are multiples of it
COCO_CLASSES = 91
Features = dict[str, Tensor]
Targets = list[dict[str, Tensor]]


@dataclass(frozen=True)
class ClassRows:
    """A layer whose outputs come in groups, one group for every class."""

    name: str  # of the module; its weight and its bias
    width: int = 1  # outputs of each class that lie side by side


# The layers that know the classes; the first class of each means "nothing".
CLASS_ROWS = (
    ClassRows("roi_heads.box_predictor.cls_score"),
    ClassRows("roi_heads.box_predictor.bbox_pred", width=4),
)
BACKGROUND = 1


@dataclass(frozen=True)
class Design:
    """One kind of network."""

    name: str
    side: int  # pixels; the usual canvas has the area of a square of this side
    # Builds it for so many classes, from published weights or chance; Invalid for wrong weights.
    build: Callable[[int, State | None, Sizes], FasterRCNN]
    body: str = "backbone.body."  # where names of pretrained parameters begin
    frozen: tuple[str, ...] = ()  # pretrained parts that do not learn: edges and colours
    levels: int = 0  # of anchors that may be chosen from the boxes; 0: anchors are its own
    weights: WeightsEnum | None = None  # its published ones
    marks: tuple[str, ...] = ()  # names that together only its published weights have

    def fetch(self) -> State:
        """Its published weights, from torchvision's cache or the network; OSError or RuntimeError
        where they cannot be had, Invalid where there are none."""
        if self.weights is None:
            raise Invalid(f"There are no published weights of {self.name}.", where="design")
        state: State = self.weights.get_state_dict(progress=False, check_hash=True)
        return state

    def losses(
        self, net: FasterRCNN, images: Tensor, targets: Targets, *, amp: bool
    ) -> dict[str, Tensor]:
        """The losses of one training batch; `net` must be in training mode.

        The parts of the network are called one by one because its own forward would resize the
        pictures a second time. With `amp` only the backbone runs in bfloat16: box coordinates do
        not survive 8 bits of precision.
        """
        frames, features = self._features(net, images, amp)
        proposals, first = net.rpn(frames, features, targets)
        _, second = net.roi_heads(features, proposals, frames.image_sizes, targets)
        return {**first, **second}

    def detections(self, net: FasterRCNN, images: Tensor, *, amp: bool) -> list[dict[str, Tensor]]:
        """Boxes (n, 4) in canvas pixels, labels (n,) from 1, scores (n,), falling, per picture."""
        frames, features = self._features(net, images, amp)
        proposals, _ = net.rpn(frames, features)
        found: list[dict[str, Tensor]]
        found, _ = net.roi_heads(features, proposals, frames.image_sizes)
        return found

    def freeze(self, net: nn.Module) -> None:
        """Stop the first layers of a pretrained network from learning."""
        for name, weight in net.named_parameters():
            if name.startswith(self.frozen):
                weight.requires_grad_(False)

    def canvas(self, sizes: Sequence[tuple[int, int]], side: int | None = None) -> tuple[int, int]:
        """Width and height the network sees, in the median shape of these pictures.

        Both are multiples of STRIDE; shapes beyond 2 : 1 are padded to 2 : 1.
        """
        shape = sorted(width / height for width, height in sizes)[len(sizes) // 2]
        stretch = math.sqrt(min(2.0, max(0.5, shape)))
        side = side or self.side
        return on_stride(side * stretch, side / stretch)

    def _features(self, net: FasterRCNN, images: Tensor, amp: bool) -> tuple[ImageList, Features]:
        height, width = images.shape[-2:]
        with torch.autocast(images.device.type, torch.bfloat16, enabled=amp):
            features = net.backbone(images)
        floats = {name: level.float() for name, level in features.items()}
        return ImageList(images, [(height, width)] * len(images)), floats


def on_stride(width: float, height: float) -> tuple[int, int]:
    """The nearest canvas whose sides are multiples of STRIDE."""
    return max(1, round(width / STRIDE)) * STRIDE, max(1, round(height / STRIDE)) * STRIDE


def published(
    make: Callable[..., FasterRCNN], weights: State | None, name: str, **settings: object
) -> FasterRCNN:
    """torchvision's network for COCO's classes with the weights, its batch norm frozen.

    Batches of a few pictures would spoil the statistics of thousands of others.
    """
    net = make(weights=None, weights_backbone=None, num_classes=COCO_CLASSES, **settings)
    _freeze_norms(net)
    if weights is not None:
        load_exactly(net, weights, name)
    return net


def _freeze_norms(net: nn.Module) -> None:
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, FrozenBatchNorm2d(child.num_features, eps=child.eps))
