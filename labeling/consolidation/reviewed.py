"""What images that reviewers looked at teach consolidation of the people who drew them."""

from collections.abc import Iterator

import numpy as np
from django.db.models import QuerySet

from labeling.consolidation.core import expected_errors
from labeling.consolidation.core.edge_offsets import NO_OFFSET, learn_offset
from labeling.kernel.boxes import BoxSet, pack
from labeling.models import Job, Label, LabelCheck, Round

LATEST = 1_000  # reviewers' labels that are read


def offset_before(round: Round) -> np.ndarray:
    """(4,) how far this round's boxes are moved; see core.edge_offsets.

    Only what reviewers had corrected when the round began to consolidate counts, so that a rerun
    comes to the same boxes.
    """
    began = round.entered[Round.State.CONSOLIDATING]
    rows = Label.objects.filter(
        image__job=round.job, source=Label.Source.REVIEWER, created_at__lt=began
    ).exclude(ended=Label.Ended.TAKEN_BACK, revoked_at__lt=began)
    return learn_offset(
        (pack(label.boxes), np.array(label.detail.get("offset", NO_OFFSET)), theirs)
        for label, theirs in _corrected(rows)
    )


def error_curve(job: Job) -> expected_errors.Curve:
    """How many errors reviewers found where so many were expected; see core.expected_errors.

    Labels that a reviewer of the grid calls right have none, those sent back at least one.
    """
    rows = Label.objects.filter(image__job=job, source=Label.Source.REVIEWER)
    corrected = _corrected(rows.exclude(ended=Label.Ended.TAKEN_BACK))
    seen = {
        label.pk: (label.detail["risk"], expected_errors.errors_in(pack(label.boxes), theirs))
        for label, theirs in corrected
    }
    checks = LabelCheck.objects.filter(label__in=_of_people(Label.objects.filter(image__job=job)))
    for pk, expected, verdict in checks.order_by("-pk").values_list(
        "label", "label__detail__risk", "verdict"
    )[:LATEST]:
        seen.setdefault(pk, (expected, int(verdict == LabelCheck.Verdict.REJECTED)))
    return expected_errors.learn_curve(seen.values())


def _corrected(by_reviewers: "QuerySet[Label]") -> Iterator[tuple[Label, BoxSet]]:
    """The people's labels that these replaced, with the boxes of the reviewer."""
    theirs: dict[int, BoxSet] = {}
    for boxes, detail in by_reviewers.order_by("-pk").values_list("boxes", "detail")[:LATEST]:
        if replaced := detail.get("before"):
            theirs[replaced] = pack(boxes)
    for label in _of_people(Label.objects.filter(pk__in=list(theirs))):
        yield label, theirs[label.pk]


def _of_people(labels: "QuerySet[Label]") -> "QuerySet[Label]":
    """Those that the EM made of several people's answers."""
    return labels.filter(source=Label.Source.HUMAN, detail__method="em").order_by("pk")
