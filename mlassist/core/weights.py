"""Where a detector starts from: a local file, torchvision's published weights, or chance."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torchvision.models import MobileNet_V2_Weights
from torchvision.models.detection import FasterRCNN_MobileNet_V3_Large_320_FPN_Weights

from labeling.errors import Invalid
from mlassist.core.backbones import State
from mlassist.core.designs import DESIGNS, MOBILENET_V2, MOBILENET_V3, SMALL

logger = logging.getLogger(__name__)

_HOW_TO_DO_BETTER = (
    "Detectors started from random weights need many more labels. Let this machine reach "
    "download.pytorch.org once, or set MLASSIST_WEIGHTS to a local .safetensors file of "
    "MobileNetV2 (ImageNet) weights with torchvision's key names."
)
# A name that only this design's weights have.
_MARKS = {
    MOBILENET_V2: "features.0.0.weight",
    MOBILENET_V3: "roi_heads.box_predictor.cls_score.weight",
}


@dataclass(frozen=True)
class Start:
    """The design and the weights a first training starts from, and what to tell the admin."""

    design: str
    weights: State | None  # None: random
    origin: str  # one sentence for the admin
    warning: str = ""  # a standing alert, empty where all is well


def _published(design: str) -> State:
    sources: dict[str, Callable[[], State]] = {
        MOBILENET_V2: lambda: MobileNet_V2_Weights.IMAGENET1K_V1.get_state_dict(
            progress=False, check_hash=True
        ),
        MOBILENET_V3: lambda: FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1.get_state_dict(
            progress=False, check_hash=True
        ),
    }
    return sources[design]()


def starting_weights(
    setting: str, design: str = "auto", *, published: Callable[[str], State] = _published
) -> Start:
    """What `MLASSIST_WEIGHTS` means on this machine (architecture.md, decision 8).

    `setting`: "auto" (torchvision's own published weights, from its cache or fetched once),
    "none" (random), or the path of a local .safetensors file. `design`: a name in DESIGNS, or
    "auto" for the one that fits the weights: a MobileNetV2 file -> mobilenet_v2, published
    weights -> the COCO detector, random -> small. Where fetching fails the start is random and
    `warning` says so. Raises Invalid for an unknown design, or a file that is missing, damaged or
    of another network.
    """
    if design != "auto" and design not in DESIGNS:
        raise Invalid(f"Unknown design {design!r}; there are {', '.join(DESIGNS)}.", where="design")
    if setting == "none":
        return _random(design, "Random weights, as set.", "")
    if setting != "auto":
        return _from_file(Path(setting), design)
    if design == SMALL:
        return _random(design, "Random weights: the small design has no published ones.", "")
    wanted = MOBILENET_V3 if design == "auto" else design
    logger.warning("looking for torchvision's published weights of %s (fetched once)", wanted)
    try:
        state = published(wanted)
    # URLError and timeouts are OSErrors; a wrong hash of what was fetched is a RuntimeError.
    except (OSError, RuntimeError) as error:
        logger.warning("published weights not available (%s): random start", error)
        return _random(
            "auto" if design == MOBILENET_V3 else design,
            "Random weights: the published ones could not be fetched.",
            f"The published starting weights could not be fetched ({error}). {_HOW_TO_DO_BETTER}",
        )
    return Start(wanted, state, f"torchvision's published weights of {wanted}.")


def _random(design: str, origin: str, warning: str) -> Start:
    if design == MOBILENET_V3:
        raise Invalid(f"{MOBILENET_V3} cannot start from random weights.", where="design")
    return Start(SMALL if design == "auto" else design, None, origin, warning)


def _from_file(path: Path, design: str) -> Start:
    if not path.is_file():
        raise Invalid(f"There is no weights file {path}.", where="MLASSIST_WEIGHTS")
    try:
        state = load_file(path)
    except (SafetensorError, OSError) as error:
        raise Invalid(
            f"{path.name} is not a readable .safetensors file: {error}.", where="MLASSIST_WEIGHTS"
        ) from error
    found = next((name for name, mark in _MARKS.items() if mark in state), None)
    if found is None:
        raise Invalid(
            f"{path.name} holds weights of no known network; MobileNetV2 (ImageNet) or "
            f"{MOBILENET_V3} (COCO) with torchvision's key names are expected.",
            where="MLASSIST_WEIGHTS",
        )
    if design not in ("auto", found):
        raise Invalid(
            f"{path.name} holds {found} weights, but the design is {design}.",
            where="MLASSIST_WEIGHTS",
        )
    DESIGNS[found].build(1, state)  # a file that does not fit is told here, not hours later
    return Start(found, state, f"Local file {path.name} ({found}).")
