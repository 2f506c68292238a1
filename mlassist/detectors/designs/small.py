"""The small design: from random weights, for demos and machines without any."""

from torchvision.models.detection import FasterRCNN

from labeling.kernel.errors import Invalid
from mlassist.detectors.backbones import State, small_pyramid
from mlassist.detectors.designs.base import Design
from mlassist.detectors.designs.faster_rcnn import light
from mlassist.detectors.sizes import Sizes


def build(classes: int, weights: State | None, sizes: Sizes) -> FasterRCNN:
    """The network; there are no published weights of it."""
    if weights is not None:
        raise Invalid("The small design starts from random weights only.")
    return light(small_pyramid(), classes, sizes, ((20, 36), (64, 104)), hidden=128)


DESIGN = Design("small", 224, build, levels=2)
