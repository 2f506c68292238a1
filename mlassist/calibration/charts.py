"""The live page's figures of the machine's side, derived from stored rows."""

from typing import TypeVar

import numpy as np

from labeling.models import Audit, Job, Label, Round, Step
from labeling.reports import snapshot
from mlassist.models import Calibration, Detector

T = TypeVar("T")
BINS = np.linspace(0, 1, 17)
_histograms: dict[int, tuple[tuple[int, int], snapshot.Histogram | None]] = {}


def machine_charts(job: Job) -> snapshot.ChartsAndAlerts:
    """Calibration, training, histogram and the detector's standing alert."""
    return {
        "calibration": _calibration(job),
        "training": _training(job),
        "histogram": _histogram(job),
        "alerts": _alerts(job),
    }


def _calibration(job: Job) -> snapshot.CalibrationChart | None:
    row = (
        Calibration.objects.filter(detector__round__job=job)
        .order_by("-detector__round__number")
        .first()
    )
    if row is None:
        return None
    return {
        "curve": _thinned(row.curve),
        "threshold": row.threshold,
        "target": row.target_quality,
        "points": row.points,
        "class_thresholds": row.class_thresholds,
        "average_precision": row.average_precision,
        "round": row.detector.round.number,
    }


def _thinned(curve: list[T], most: int = 120) -> list[T]:
    step = max(1, len(curve) // most)
    return curve[::step]


def _training(job: Job) -> snapshot.TrainingChart | None:
    running = (
        Step.objects.filter(round__job=job, state=Round.State.TRAINING, finished_at=None)
        .exclude(total=0)
        .select_related("round")
        .first()
    )
    if running is not None:
        return {
            "round": running.round.number,
            "loss": running.data.get("loss", []),
            "done": running.done,
            "total": running.total,
            "why": "",
        }
    row = Detector.objects.filter(round__job=job).order_by("-round__number").first()
    if row is None:
        return None
    steps = row.metrics.get("steps", 0)
    return {
        "round": row.round.number,
        "loss": _thinned(row.metrics.get("loss", [])),
        "done": steps,
        "total": steps,
        "why": row.metrics.get("why", ""),
    }


def _histogram(job: Job) -> snapshot.Histogram | None:
    """Quality of people's single answers against their label, and of audited auto-labels."""
    audited = Audit.objects.decided().filter(round__job=job, blind=False)
    key = (Label.objects.filter(image__job=job).count(), audited.count())
    cached = _histograms.get(job.pk)
    if cached and cached[0] == key:
        return cached[1]
    people = [
        q
        for detail in Label.objects.filter(image__job=job, source=Label.Source.HUMAN)
        .values_list("detail", flat=True)
        .iterator(chunk_size=1000)
        for q in detail.get("agreement", ())
    ]
    auto = [v for v in audited.values_list("value", flat=True) if v is not None]
    found: snapshot.Histogram | None = None
    if people or auto:
        found = {
            "edges": [round(float(e), 4) for e in BINS],
            "human": np.histogram(people, BINS)[0].tolist(),
            "auto": np.histogram(auto, BINS)[0].tolist(),
            "human_mean": _mean(people),
            "auto_mean": _mean(auto),
        }
    _histograms[job.pk] = (key, found)
    return found


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _alerts(job: Job) -> list[snapshot.Alert]:
    row = Detector.objects.filter(round__job=job).order_by("-round__number").first()
    found: list[snapshot.Alert] = []
    if warning := _standing_warning(job):
        found.append({"level": "warn", "text": warning})
    if row is not None and row.metrics.get("untaught"):
        names = dict(job.classes.values_list("index", "name"))
        missing = ", ".join(names.get(i, str(i)) for i in row.metrics["untaught"])
        found.append(
            {
                "level": "warn",
                "text": f"The detector has seen no box of: {missing}. It cannot find them.",
            }
        )
    return found


def _standing_warning(job: Job) -> str:
    """What was said when the latest detector began, be it rounds ago."""
    rows = Detector.objects.filter(round__job=job).order_by("-round__number")
    for warning, warm in rows.values_list("warning", "metrics__warm"):
        if warning or warm is False:  # no row of an earlier version says it: these were warm
            return str(warning)
    return ""


snapshot.CHARTS.append(machine_charts)
