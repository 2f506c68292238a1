"""Where a detector starts from: a local file, torchvision's published weights, or chance."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from labeling.kernel.errors import Invalid
from mlassist.detectors import designs
from mlassist.detectors.backbones import State
from mlassist.detectors.designs import MOBILENET_V3, SMALL, TITLES
from mlassist.detectors.detector import ABOUT
from mlassist.detectors.sizes import USUAL, Sizes

logger = logging.getLogger(__name__)

_HOW_TO_DO_BETTER = (
    "Detectors started from random weights need many more labels. Let this machine reach "
    "download.pytorch.org once, or set MLASSIST_WEIGHTS to a local .safetensors file of "
    "MobileNetV2 (ImageNet) weights with torchvision's key names."
)
_WHERE = "MLASSIST_WEIGHTS"


@dataclass(frozen=True)
class Start:
    """The design and the weights a first training starts from, and what to tell the admin."""

    design: str
    weights: State | None  # None: random
    origin: str  # one sentence for the admin
    warning: str = ""  # a standing alert, empty where all is well
    side: int | None = None  # of the canvas, in pixels; None: the design's usual one
    sizes: Sizes = USUAL


def _published(design: str) -> State:
    return designs.named(design).fetch()


def detector_file(setting: str) -> Path | None:
    """The file of the setting if it holds a detector of this program, to start every job from."""
    path = Path(setting)
    if setting in ("auto", "none") or not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            return path if ABOUT in (file.metadata() or {}) else None
    except (SafetensorError, OSError):
        return None  # what is wrong with it is told where weights are read


def at_hand(setting: str) -> Mapping[str, Path | None]:
    """The designs that can start from other than random weights, each with its local file.

    `setting`: as for starting_weights. None in place of a file: torchvision's own, fetched once.
    Raises Invalid for a file that is missing, damaged or of an unknown network, and for a folder
    without any weights.
    """
    if setting == "none":
        return {}
    if setting == "auto":
        return {name: None for name in TITLES if designs.named(name).weights}
    path = Path(setting)
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files:
        raise Invalid(f"There is no .safetensors file in {path}.", where=_WHERE)
    return {_recognise(file): file for file in files}


def starting_weights(
    setting: str, design: str = "auto", *, published: Callable[[str], State] = _published
) -> Start:
    """What `MLASSIST_WEIGHTS` means on this machine (docs/operations.md 8).

    `setting`: "auto" (torchvision's own published weights, from its cache or fetched once),
    "none" (random), or the path of a local .safetensors file or of a folder of such files.
    `design`: a name in mlassist.detectors.designs, or "auto" for the first one whose weights are at
    hand: a MobileNetV2 file -> mobilenet_v2, published weights -> the COCO detector for CPUs,
    random -> small. Where fetching fails the start is random and `warning` says so. Raises
    Invalid for an unknown design, or a file that is missing, damaged or of another network.
    """
    if design != "auto":
        designs.named(design)
    if setting == "none":
        return _random(design, "Random weights, as set.", "")
    if setting != "auto":
        return _from_file(setting, design)
    if design == SMALL:
        return _random(design, "Random weights: the small design has no published ones.", "")
    wanted = MOBILENET_V3 if design == "auto" else design
    logger.warning("looking for torchvision's published weights of %s (fetched once)", wanted)
    try:
        state = published(wanted)
    # URLError and timeouts are OSErrors; a wrong hash of what was fetched is a RuntimeError.
    except (OSError, RuntimeError) as error:
        why = getattr(error, "reason", error)  # an URLError's own words are "<urlopen error ...>"
        logger.warning("published weights not available (%s): random start", why)
        return _random(
            "auto" if design not in (SMALL, designs.MOBILENET_V2) else design,
            "Random weights: the published ones could not be fetched.",
            f"The published starting weights could not be fetched: {why}. {_HOW_TO_DO_BETTER}",
        )
    return Start(wanted, state, f"torchvision's published weights of {wanted}.")


def _random(design: str, origin: str, warning: str) -> Start:
    if design not in ("auto", SMALL, designs.MOBILENET_V2):
        raise Invalid(f"{design} cannot start from random weights.", where="design")
    return Start(SMALL if design == "auto" else design, None, origin, warning)


def _recognise(path: Path) -> str:
    """The design whose published weights the file holds, by the names in it."""
    if not path.is_file():
        raise Invalid(f"There is no weights file {path}.", where=_WHERE)
    try:
        with safe_open(path, "pt") as file:
            names = set(file.keys())
    except (SafetensorError, OSError) as error:
        raise Invalid(
            f"{path.name} is not a readable .safetensors file: {error}.", where=_WHERE
        ) from error
    for design in TITLES:
        marks = designs.named(design).marks
        if marks and names.issuperset(marks):
            return design
    raise Invalid(
        f"{path.name} holds weights of no known network; weights of MobileNetV2 (ImageNet) or of "
        f"one of {', '.join(n for n in TITLES if 'fpn' in n)} (COCO) with "
        "torchvision's key names are expected.",
        where=_WHERE,
    )


def _from_file(setting: str, design: str) -> Start:
    files = at_hand(setting)
    if design == "auto":
        design = next(name for name in TITLES if name in files)
    path = files.get(design)
    if path is None:
        raise Invalid(
            f"{Path(setting).name} holds {', '.join(files)} weights, but the design is {design}.",
            where=_WHERE,
        )
    state = load_file(path)
    # a file that does not fit is told here, not hours later
    designs.named(design).build(1, state, USUAL)
    return Start(design, state, f"Local file {path.name} ({design}).")
