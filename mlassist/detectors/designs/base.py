"""What every design knows of itself, and the steps that are the same for all."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models import WeightsEnum
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


@dataclass(frozen=True)
class Design(ABC):
    """One kind of network."""

    name: str
    side: int  # pixels; the usual canvas has the area of a square of this side
    # Builds it for so many classes, from published weights or chance; Invalid for wrong weights.
    build: Callable[[int, State | None, Sizes], Any]
    rows: tuple[ClassRows, ...]  # the layers that know the classes
    body: str = "backbone.body."  # where names of pretrained parameters begin
    frozen: tuple[str, ...] = ()  # pretrained parts that do not learn: edges and colours
    levels: int = 0  # of anchors that may be chosen from the boxes; 0: anchors are its own
    weights: WeightsEnum | None = None  # its published ones
    marks: tuple[str, ...] = ()  # names that together only its published weights have
    background: int = 1  # 1 if the first class of its layers means "nothing"

    def fetch(self) -> State:
        """Its published weights, from torchvision's cache or the network; OSError or RuntimeError
        where they cannot be had, Invalid where there are none."""
        if self.weights is None:
            raise Invalid(f"There are no published weights of {self.name}.", where="design")
        state: State = self.weights.get_state_dict(progress=False, check_hash=True)
        return state

    @abstractmethod
    def part_losses(
        self, net: Any, frames: ImageList, features: Features, targets: Targets
    ) -> dict[str, Tensor]:
        """The losses given the features, each a scalar."""

    @abstractmethod
    def found(self, net: Any, frames: ImageList, features: Features) -> list[dict[str, Tensor]]:
        """Boxes, labels from 1, and scores given the features."""

    def losses(self, net: Any, images: Tensor, targets: Targets, *, amp: bool) -> dict[str, Tensor]:
        """The losses of one training batch; `net` must be in training mode.

        The parts of the network are called one by one because its own forward would resize the
        pictures a second time. With `amp` only the backbone runs in bfloat16: box coordinates do
        not survive 8 bits of precision.
        """
        frames, features = self._features(net, images, amp)
        return self.part_losses(net, frames, features, targets)

    def detections(self, net: Any, images: Tensor, *, amp: bool) -> list[dict[str, Tensor]]:
        """Boxes (n, 4) in canvas pixels, labels (n,) from 1, scores (n,), falling, per picture."""
        frames, features = self._features(net, images, amp)
        return self.found(net, frames, features)

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

    def prepare(self, images: Tensor) -> Tensor:
        """Pictures normalised as the network is used to; given as ImageNet's networks are."""
        return images

    def _features(self, net: Any, images: Tensor, amp: bool) -> tuple[ImageList, Features]:
        height, width = images.shape[-2:]
        images = self.prepare(images)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=amp):
            features = net.backbone(images)
        floats = {name: level.float() for name, level in features.items()}
        return ImageList(images, [(height, width)] * len(images)), floats


def on_stride(width: float, height: float) -> tuple[int, int]:
    """The nearest canvas whose sides are multiples of STRIDE."""
    return max(1, round(width / STRIDE)) * STRIDE, max(1, round(height / STRIDE)) * STRIDE


def published(make: Callable[..., Any], weights: State | None, name: str, **settings: Any) -> Any:
    """torchvision's network for COCO's classes with the weights, its batch norm frozen.

    Batches of a few pictures would spoil the statistics of thousands of others.
    """
    net = make(weights=None, weights_backbone=None, num_classes=COCO_CLASSES, **settings)
    _freeze_norms(net)
    if weights is not None:
        load_exactly(net, weights, name)
    return net


def fresh_logits(old: nn.Conv2d, outputs: int) -> nn.Conv2d:
    """A layer of class scores in place of `old` that at first finds next to nothing.

    The bias is that of Lin et al. 2017 (Focal loss), section 4.1: probability .01.
    """
    new = nn.Conv2d(
        old.in_channels,
        outputs,
        old.kernel_size,  # type: ignore[arg-type]
        stride=old.stride,  # type: ignore[arg-type]
        padding=old.padding,  # type: ignore[arg-type]
    )
    nn.init.normal_(new.weight, std=0.01)
    if new.bias is None:
        raise Invalid("A layer of class scores needs a bias.")
    nn.init.constant_(new.bias, -math.log(99))
    return new


def _freeze_norms(net: nn.Module) -> None:
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, FrozenBatchNorm2d(child.num_features, eps=child.eps))
