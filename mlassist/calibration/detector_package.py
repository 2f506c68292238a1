"""Packs a round's detector for use elsewhere: its weights, an ONNX file, an example, and a
description."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from labeling.jobs import model_plugin
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.models import Job
from labeling.transfers.core.export_package import Package
from mlassist.models import Calibration, Detector
from mlassist.prediction.core.score_thresholds import ScoreThresholds
from mlassist.training import files

USUAL_THRESHOLD = 0.5  # of a detector that no image has judged


def rounds(job: Job) -> list[int]:
    """Numbers of the rounds that have a detector, the latest first."""
    numbers = Detector.objects.filter(round__job=job).values_list("round__number", flat=True)
    return list(numbers.order_by("-round__number"))


def write(job: Job, number: int, path: Path, heartbeat: Callable[[], None]) -> None:
    """A zip with the detector of round `number`; raises Invalid where its file is damaged."""
    from mlassist.detectors.onnx_file import EXAMPLE, convert

    row = Detector.objects.select_related("round").get(round__job=job, round__number=number)
    if problem := files.problem(row.weights, row.digest):
        raise Invalid(f"The detector of round {number} cannot be exported. {problem}")
    weights, about = media_path(row.weights), describe(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        model = Path(folder) / "detector.onnx"
        convert(weights, row.digest, model, about)
        heartbeat()
        with Package(path, packed=True, heartbeat=heartbeat) as package:
            package.add_file("detector.onnx", model)
            package.add_file("detector.safetensors", weights)
            package.add("detect.py", EXAMPLE.read_text())
            package.add("about.json", json.dumps(about, indent=2, ensure_ascii=False) + "\n")
            package.finish()


def digest(job: Job, number: int) -> str:
    """SHA-256 of the file of round `number`'s detector, in hex."""
    return Detector.objects.get(round__job=job, round__number=number).digest


def describe(row: Detector) -> dict[str, object]:
    """What who uses the detector must know; the ONNX file has it in its metadata, too."""
    judged = Calibration.objects.filter(detector=row).first()
    thresholds = (
        ScoreThresholds.from_json(judged.score_thresholds)
        if judged
        else ScoreThresholds(USUAL_THRESHOLD)
    )
    names = {c.index: c.name for c in row.round.settings.classes}
    return {
        "job": row.round.job.slug,
        "round": row.round.number,
        "classes": {str(i): names[i] for i in row.class_ids},
        "score_thresholds": {str(i): thresholds.of(i) for i in row.class_ids},
        "design": row.design,
        "origin": row.origin,
        "images": row.trained_on,
        "quality": judged.validation_quality if judged else None,
        "average_precision": judged.average_precision if judged else None,
        "weights_sha256": row.digest,
    }


model_plugin.DETECTOR_PACKERS.append(model_plugin.DetectorPacker(rounds, write, digest))
