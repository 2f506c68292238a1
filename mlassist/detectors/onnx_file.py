"""A trained detector as an ONNX file: a picture on its canvas in, boxes, classes and scores out."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from mlassist.data import whole_files
from mlassist.data.pictures import FILL, MEAN, SPREAD
from mlassist.detectors import designs
from mlassist.detectors.detector import Detector, load

OPSET = 18
EXAMPLE = Path(__file__).with_name("detect_example.py")  # how to use the file, without our code
INPUT, OUTPUTS = "picture", ("boxes", "classes", "scores")


class _Exported(nn.Module):
    """The network between plain pixels and class ids, so that who runs it needs nothing of ours."""

    mean: Tensor
    spread: Tensor
    class_ids: Tensor

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.net, self.design = detector.net, designs.named(detector.design)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("spread", torch.tensor(SPREAD).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("class_ids", torch.tensor(detector.class_ids), persistent=False)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of (height, width, 3) uint8 the boxes (n, 4), class ids (n,) and scores (n,), falling."""
        pixels = picture.permute(2, 0, 1).unsqueeze(0).float() / 255
        given = (pixels - self.mean) / self.spread
        (found,) = self.design.detections(self.net, given, amp=False)
        return found["boxes"], self.class_ids[found["labels"] - 1], found["scores"]


def convert(weights: Path, digest: str, path: Path, about: Mapping[str, object]) -> None:
    """Write the detector of the file `weights` to `path`; raises what detector.load raises."""
    write_onnx(load(weights, device=torch.device("cpu"), digest=digest), path, about)


def write_onnx(detector: Detector, path: Path, about: Mapping[str, object]) -> None:
    """Write the detector to `path`, with its canvas and `about` as JSON in the metadata.

    Input `picture`: (height, width, 3) uint8 of the canvas, the picture at its upper left and the
    rest filled with `fill`. Outputs `boxes` (n, 4) in canvas pixels, `classes` (n,) class ids and
    `scores` (n,) from .05 on, falling. The detector must be on the CPU.
    """
    width, height = detector.canvas
    example = torch.zeros((height, width, 3), dtype=torch.uint8)
    told = {"canvas": detector.canvas, "fill": FILL, **about}

    def write(aside: Path) -> None:
        # tracing warns of every size that it takes for fixed, as the canvas is
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                _Exported(detector).eval(),
                (example,),
                aside,
                input_names=[INPUT],
                output_names=list(OUTPUTS),
                opset_version=OPSET,
                dynamo=False,  # the newer way cannot follow boxes whose number depends on the data
            )
        model = onnx.load(aside)
        onnx.helper.set_model_props(model, {key: json.dumps(one) for key, one in told.items()})
        onnx.save(model, aside)

    whole_files.replace(path, write)
