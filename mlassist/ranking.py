"""Gives the images that are left their place in line."""

from collections import Counter

from labeling.core.boxes import pack
from labeling.models import Image, Job, Label, Round
from labeling.services.steps import Lease
from mlassist.core.boxscores import BoxScores
from mlassist.core.selection import Choice, Seconds, rank
from mlassist.models import Calibration, Prediction

WRITE = 500


def store(round: Round, calibration: Calibration, lease: Lease) -> None:
    """Write `Image.priority` for every unlabelled image this detector has seen."""
    rows = list(
        Prediction.objects.filter(
            detector=calibration.detector, image__in=round.job.images.unlabeled()
        ).select_related("image").order_by("image")
    )  # fmt: skip
    scores = BoxScores.from_json(calibration.box_scores)
    priorities = rank(
        [
            Choice(p.image.digest, scores.read(pack(p.boxes)), p.confidence or 0.0, p.image.look)
            for p in rows
        ],
        seed=round.job.seed + round.number,
        labelled=_boxes_by_class(round),
        suggestions=round.settings["suggestions"],
        labelled_looks=_labelled_looks(round),
        seconds=Seconds.measured(round.settings.get("paces", {})),
        threshold=calibration.threshold,
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


def _boxes_by_class(round: Round) -> dict[int, int]:
    counts = Counter({c["index"]: 0 for c in round.settings["classes"] if not c["retired"]})
    rows = Label.objects.active().filter(image__job=round.job, image__split="training")
    for boxes in rows.values_list("boxes", flat=True).iterator(chunk_size=1000):
        counts.update(box["class_id"] for box in boxes if box["class_id"] in counts)
    return dict(counts)


def _labelled_looks(round: Round) -> list[int]:
    looks = round.job.images.labeled().values_list("look", flat=True)
    return [look for look in looks if look is not None]
