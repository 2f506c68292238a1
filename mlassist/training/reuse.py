"""Uses a detector again where another training could only repeat it.

The closing round learns afresh from all labels. Where the job closes before anything was labelled
after its first training, that is what the detector at hand has done already.
"""

from collections.abc import Sequence

from django.conf import settings as site
from django.db.models import QuerySet

from labeling.kernel import digests, events
from labeling.kernel.boxes import BoxSet, unpack
from labeling.ledger.steps import Lease
from labeling.models import Image, Round
from mlassist.models import Detector, Prediction
from mlassist.training import cross_validation, files, warm_start

SAME = (
    "weights",
    "digest",
    "design",
    "recipe",
    "class_ids",
    "folds",
    "origin",
    "warning",
    "trained_on",
    "metrics",
)
WRITE = 200


def data_digest(round: Round, samples: Sequence[tuple[Image, BoxSet]]) -> str:
    """SHA-256 of what a training afresh and its looks depend on: labels, classes, what the job and
    this site ask for."""
    settings, source = round.settings, warm_start.wish(round).source
    return digests.digest(
        {
            "classes": [[c.index, c.name] for c in settings.classes],
            "detector": settings.detector,
            "start_from": source[1] if source else None,  # an earlier job may still go on
            "acceptance": settings.acceptance,  # decides the views
            "site": [site.MLASSIST_WEIGHTS, site.MLASSIST_DETECTOR, site.MLASSIST_DEVICE],
            "folds": cross_validation.wanted(round),
            "images": [[image.digest, unpack(boxes)] for image, boxes in samples],
        }
    )


def keep(round: Round, data: str, lease: Lease) -> Detector | None:
    """An earlier detector as this round's, if it learned afresh from this very data.

    Not one with a warning: what it lacked (its starting weights) may be at hand by now.
    """
    earlier = _with_data(round, data).filter(warning="").first()
    if earlier is None or files.problem_of(earlier):
        return None
    with lease.fenced():
        detector = Detector.objects.create(
            round=round, **{name: getattr(earlier, name) for name in SAME}
        )
        events.record(
            round.job, "detector_kept", None, round=round.number, earlier=earlier.round.number
        )
    return detector


def copy_predictions(detector: Detector, images: Sequence[Image], lease: Lease) -> bool:
    """Copy what it saw in these images in an earlier round; False: it was not used before."""
    data = detector.metrics.get("data")
    if data is None:
        return False
    earlier = _with_data(detector.round, data).filter(digest=detector.digest).first()
    if earlier is None:
        return False
    for start in range(0, len(images), WRITE):
        seen = Prediction.objects.filter(
            detector=earlier, image__in=images[start : start + WRITE]
        ).values("image_id", "boxes", "views")
        with lease.fenced():
            Prediction.objects.bulk_create(
                (Prediction(detector=detector, **row) for row in seen), ignore_conflicts=True
            )
        lease.renew(min(start + WRITE, len(images)), len(images))
    return True


def _with_data(round: Round, data: str) -> "QuerySet[Detector]":
    return (
        Detector.objects.filter(
            round__job=round.job, round__number__lt=round.number, metrics__data=data
        )
        .select_related("round")
        .order_by("-round__number")
    )
