"""The registry of detector designs: one file each, loaded when it is asked for.

Names and titles are to be had without torch, so forms and checks may list them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from labeling.kernel.errors import Invalid

if TYPE_CHECKING:
    from mlassist.detectors.designs.base import Design

SMALL = "small"
MOBILENET_V2 = "mobilenet_v2"
MOBILENET_V3 = "fasterrcnn_mobilenet_v3_large_320_fpn"
RESNET50 = "fasterrcnn_resnet50_fpn_v2"
# Each name is that of a module in this package and of the detector in torchvision, where it has it.
TITLES = {
    SMALL: "Small, from random weights: learns easy objects in a minute",
    MOBILENET_V2: "Faster R-CNN on MobileNetV2 (ImageNet weights)",
    MOBILENET_V3: "Faster R-CNN on MobileNetV3 (COCO weights): fast",
    RESNET50: "Faster R-CNN on ResNet-50 v2 (COCO weights): for a GPU",
}


def named(name: str) -> Design:
    """The design of this name; Invalid where there is none."""
    if name not in TITLES:
        raise Invalid(f"Unknown design {name!r}; there are {', '.join(TITLES)}.", where="design")
    design: Design = importlib.import_module(f"{__name__}.{name}").DESIGN
    return design
