"""Gives the images that are left their place in line."""

import math
from collections import Counter
from collections.abc import Sequence

from labeling.core.boxes import pack
from labeling.models import Image, Job, Label, Round
from labeling.services.steps import Lease
from labeling.services.verdicts import LIFTED
from mlassist.core.boxscores import BoxScores
from mlassist.core.classes import stands_for
from mlassist.core.cuts import Cuts
from mlassist.core.selection import Choice, Seconds, rank
from mlassist.models import Calibration, Prediction
from mlassist.proposing import names_of

WRITE = 500


def store(round: Round, calibration: Calibration, lease: Lease) -> None:
    """Write `Image.priority` for every unlabelled image this detector has seen, but for those that
    a reviewer sent back: these stay first in line."""
    rows = list(
        Prediction.objects.filter(
            detector=calibration.detector, image__in=round.job.images.unlabeled()
        ).exclude(image__priority=LIFTED).select_related("image").defer("views").order_by("image")
    )  # fmt: skip
    scores = BoxScores.from_json(calibration.box_scores)
    acceptable = _acceptable(round, calibration, rows)
    priorities = rank(
        [
            Choice(p.image.digest, scores.read(pack(p.boxes)), taken, p.image.look)
            for p, taken in zip(rows, acceptable, strict=True)
        ],
        seed=round.job.seed + round.number,
        labelled=_boxes_by_class(round),
        suggestions=round.settings["suggestions"],
        labelled_looks=_labelled_looks(round),
        seconds=Seconds.measured(round.settings.get("paces", {})),
        estimated_share=(round.estimate or {}).get("share", 0.0)
        if round.settings["acceptance"] == Job.Acceptance.CERTIFIED
        else 0.0,
    )
    images = [p.image for p in rows]
    for image, priority in zip(images, priorities, strict=True):
        image.priority = priority
    for start in range(0, len(images), WRITE):
        with lease.fenced():
            Image.objects.bulk_update(images[start : start + WRITE], ["priority"])


def _acceptable(round: Round, calibration: Calibration, rows: Sequence[Prediction]) -> list[bool]:
    """Which images lie above their threshold: the one for all, or that of their class."""
    if not calibration.class_thresholds:
        threshold = calibration.threshold
        return [threshold is not None and (p.confidence or 0.0) >= threshold for p in rows]
    cuts, names = Cuts.from_json(calibration.cuts), names_of(round)
    own = stands_for([cuts.kept(pack(p.boxes)) for p in rows])
    asked = [calibration.class_thresholds.get(names[c], math.inf) for c in own.tolist()]
    return [(p.confidence or 0.0) >= least for p, least in zip(rows, asked, strict=True)]


def _boxes_by_class(round: Round) -> dict[int, int]:
    counts = Counter({c["index"]: 0 for c in round.settings["classes"] if not c["retired"]})
    rows = Label.objects.active().filter(image__job=round.job, image__split="training")
    for boxes in rows.values_list("boxes", flat=True).iterator(chunk_size=1000):
        counts.update(box["class_id"] for box in boxes if box["class_id"] in counts)
    return dict(counts)


def _labelled_looks(round: Round) -> list[int]:
    looks = round.job.images.labeled().values_list("look", flat=True)
    return [look for look in looks if look is not None]
