"""Faster R-CNN on MobileNetV2: what won from ImageNet weights on a CPU (docs/algorithms.md 6.2)."""

from torchvision.models import MobileNet_V2_Weights
from torchvision.models.detection import FasterRCNN

from mlassist.detectors.backbones import State, mobilenet_pyramid
from mlassist.detectors.designs.base import Design
from mlassist.detectors.designs.faster_rcnn import light
from mlassist.detectors.sizes import Sizes


def build(classes: int, weights: State | None, sizes: Sizes) -> FasterRCNN:
    """The network on MobileNetV2's features at strides 8, 16 and 32."""
    usual = ((32, 48), (64, 96), (96, 160))
    return light(mobilenet_pyramid(weights), classes, sizes, usual, hidden=256)


DESIGN = Design(
    "mobilenet_v2",
    256,
    build,
    frozen=tuple(f"backbone.body.{layer}." for layer in range(4)),
    levels=3,
    weights=MobileNet_V2_Weights.IMAGENET1K_V1,
    marks=("features.0.0.weight", "features.17.conv.0.0.weight"),
)
