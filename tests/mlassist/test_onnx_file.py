"""A detector that was taken elsewhere finds there what it finds here."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from mlassist.data.pictures import render, whole
from mlassist.detectors.designs import MOBILENET_V2, MOBILENET_V3, SMALL
from mlassist.detectors.detector import Detector, build, predict
from mlassist.detectors.onnx_file import EXAMPLE, write_onnx

ABOUT = {"classes": {"3": "sparrow", "7": "wren"}, "score_thresholds": {"3": 0.3, "7": 0.1}}


def fresh(design: str = SMALL, canvas: tuple[int, int] = (128, 96)) -> Detector:
    torch.manual_seed(0)
    return build(design, (7, 3), canvas)


def painted(folder: Path, size: tuple[int, int], name: str = "a.png") -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    path = folder / name
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("design", [SMALL, MOBILENET_V2, MOBILENET_V3])
def test_the_file_finds_in_any_picture_what_the_detector_finds(tmp_path: Path, design: str):
    detector = fresh(design)
    detector.net.eval()
    write_onnx(detector, tmp_path / "d.onnx", ABOUT)
    model = onnxruntime.InferenceSession(tmp_path / "d.onnx")
    for size in ((200, 100), (60, 90), (128, 96)):
        path = painted(tmp_path, size)
        with Image.open(path) as opened:
            window = whole(size, detector.canvas)
            shown = render(opened.convert("RGB"), size, window, detector.canvas)
        boxes, classes, scores = model.run(None, {"picture": shown})

        ours = predict(detector, [path])[0]
        boxes = np.clip(boxes / window.scale(detector.canvas), 0, np.tile(size, 2))
        kept = (boxes[:, 2:] - boxes[:, :2] >= 1).all(1)
        assert len(ours)
        assert set(classes.tolist()) <= {3, 7}
        assert np.allclose(np.sort(scores[kept]), np.sort(ours.scores), atol=1e-4)
        nearest = np.abs(boxes[kept][:, None] - ours.coords[None]).max(-1).min(1)
        assert nearest.max() < 0.05  # pixels


def test_the_example_prints_the_boxes_that_count_in_pixels_of_the_picture(tmp_path: Path):
    detector, path = fresh(), painted(tmp_path, (200, 100))
    write_onnx(detector, tmp_path / "detector.onnx", ABOUT)
    shutil.copy(EXAMPLE, tmp_path / "detect.py")

    done = subprocess.run(
        [sys.executable, "detect.py", path.name],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )

    ours = predict(detector, [path])[0]
    limit = np.where(ours.classes == 3, 0.3, 0.1)
    printed = [line.split() for line in done.stdout.splitlines()]
    assert 0 < len(printed) == (ours.scores >= limit).sum()
    assert {kind for _, kind, *_ in printed} <= {"sparrow", "wren"}
    found = np.array([line[2:] for line in printed], float)
    expected = np.column_stack([ours.scores, ours.coords])[ours.scores >= limit]
    assert np.abs(np.sort(found, axis=0) - np.sort(expected, axis=0)).max() < 1
