"""The grid: labels sorted by suspicion, looked at many at a time, sent back by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from labeling.consolidation import labels
from labeling.kernel import events
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, Invalid, LabelingError
from labeling.models import Assignment, Audit, Image, Job, Label, LabelCheck, RejectReason
from labeling.review import undo as retractions
from labeling.review import verdicts

SentBack = RejectReason | Literal[Label.Ended.UNJUDGEABLE]
CHUNK = 300  # rows read at a time where a class can only be found by reading the boxes


@dataclass(frozen=True)
class Wanted:
    """Which labels a page of the grid shows; None: any."""

    source: str | None = Label.Source.AUTO
    round: int | None = None  # its number
    class_id: int | None = None
    low: float = 0.0
    high: float = 1.0
    person: int | None = None
    looked_at: bool = False  # also those already checked
    order: str = "suspicion"  # or random
    after: tuple[float, int] | None = None
    count: int = 18


def matching(job: Job, wanted: Wanted) -> "QuerySet[Label]":
    """The labels that fit, most suspicious (or by the job's random order) first."""
    sure = Coalesce("confidence", 0.0, output_field=FloatField())
    order = F("image__shuffle") if wanted.order == "random" else sure
    rows = (
        Label.objects.active()
        .filter(image__job=job, image__excluded="")
        .annotate(sure=sure, place=order)
        .filter(sure__gte=wanted.low, sure__lte=wanted.high)
    )
    if wanted.source:
        rows = rows.filter(source=wanted.source)
    if wanted.round is not None:
        rows = rows.filter(round__number=wanted.round)
    if wanted.person is not None:
        assignments = Assignment.objects.filter(
            image=OuterRef("image"), annotator=wanted.person, state="submitted"
        )
        rows = rows.filter(Exists(assignments))
    if not wanted.looked_at:
        rows = rows.filter(grid_check=None)
    if wanted.after is not None:
        place, pk = wanted.after
        rows = rows.filter(Q(place__gt=place) | Q(place=place, pk__gt=pk))
    return rows.select_related("image", "round", "grid_check").order_by("place", "pk")


def page(job: Job, wanted: Wanted) -> list[Label]:
    """Up to `count` labels; those with a box of the class, if one is asked for."""
    rows = matching(job, wanted)
    if wanted.class_id is None:
        return list(rows[: wanted.count])
    found: list[Label] = []
    for label in rows.iterator(chunk_size=CHUNK):
        if any(box["class_id"] == wanted.class_id for box in label.boxes):
            found.append(label)
            if len(found) == wanted.count:
                break
    return found


class LabelCounts(TypedDict):
    """Labels of a source and round, and how many of them were looked at."""

    labels: int
    looked_at: int


class CheckGiven(TypedDict):
    """What a reviewer thinks of a label."""

    label: int
    verdict: LabelCheck.Verdict
    reason: str


class CheckResult(TypedDict):
    """Whether a check was stored; if not, why."""

    label: int
    stored: bool
    message: str


def counts(job: Job, wanted: Wanted) -> LabelCounts:
    """How many labels of this source and round there are, and how many were looked at."""
    every = Wanted(source=wanted.source, round=wanted.round, looked_at=True)
    rows = matching(job, every)
    checks = LabelCheck.objects.filter(label__image__job=job)
    if wanted.source:
        checks = checks.filter(label__source=wanted.source)
    if wanted.round is not None:
        checks = checks.filter(label__round__number=wanted.round)
    sent_back = checks.filter(verdict="rejected", label__revoked_at__isnull=False).count()
    return {"labels": rows.count() + sent_back, "looked_at": checks.count()}


def store(job: Job, by: User, checks: Sequence[CheckGiven]) -> list[CheckResult]:
    """Store a page of checks; one that cannot be stored is told, the others are kept."""
    result: list[CheckResult] = []
    sent_back = False
    for entry in checks:
        try:
            row = _store_one(job, by, entry["label"], entry["verdict"], entry["reason"])
        except LabelingError as error:
            result.append({"label": entry["label"], "stored": False, "message": error.message})
            continue
        sent_back |= row.verdict == LabelCheck.Verdict.REJECTED
        result.append({"label": entry["label"], "stored": True, "message": ""})
    if sent_back:
        changed(job)
    return result


def _store_one(job: Job, by: User, pk: int, verdict: str, reason: str) -> LabelCheck:
    if verdict == LabelCheck.Verdict.REJECTED:
        verdicts.check_reason(reason)
    with transaction.atomic():
        # Locked: of two reviewers at once the second sees the first one's check.
        rows = Label.objects.select_related("image").select_for_update(of=("self",))
        label = rows.filter(pk=pk, image__job=job).first()
        if label is None:
            raise Invalid("This label does not belong to the job.", where="label")
        known = LabelCheck.objects.filter(label=label).first()
        if known is not None and known.by_id == by.pk and known.verdict == verdict:
            return known  # said twice
        if label.revoked_at is not None:
            raise Conflict("This label has been replaced.")
        if known is not None:
            known.delete()
        reason = reason if verdict == LabelCheck.Verdict.REJECTED else ""
        row = LabelCheck.objects.create(label=label, by=by, verdict=verdict, reason=reason)
        if verdict == LabelCheck.Verdict.REJECTED:
            _send_back(job, label, by, reason)
    return row


def stays(image: Image) -> bool:
    """Whether a label of the image is never sent back to people, only corrected or adjudicated."""
    return image.split == Image.Split.VALIDATION


def _send_back(job: Job, label: Label, by: User, reason: str) -> None:
    """The image goes to people again, first in line, with the reason."""
    if stays(label.image):
        raise Conflict(
            "This image judges the detector and is drawn blind, so it cannot go back to people "
            "who see suggestions. Correct it, or resolve its disagreements."
        )
    labels.revoke(Label.objects.filter(pk=label.pk), Label.Ended.REJECTED, reason)
    Image.objects.filter(pk=label.image_id).update(priority=verdicts.LIFTED)
    events.record(job, "label_rejected", by, image=label.image_id, reason=reason)


def undo(job: Job, by: User, pk: int) -> None:
    """Withdraw one's own check; a label sent back holds again if nobody has begun its image."""
    with transaction.atomic():
        row = LabelCheck.objects.select_related("label__image").filter(
            label=pk, label__image__job=job
        )
        found = row.first()
        if found is None:
            return  # said twice
        if found.by_id != by.pk:
            raise Conflict("Someone else has reviewed this label.")
        if found.verdict == LabelCheck.Verdict.REJECTED:
            retractions.give_back(found.label, by, found.at)
            events.record(job, "label_given_back", by, image=found.label.image_id)
        found.delete()


def returned(images: Sequence[int]) -> dict[int, SentBack]:
    """Why reviewers sent these images back, for those that have no label since."""
    if not images:
        return {}
    unlabeled = Image.objects.unlabeled().filter(pk__in=images)
    given_up = Audit.objects.filter(
        image__in=unlabeled, verdict=Audit.Verdict.UNJUDGEABLE, blind=False
    )
    checks = LabelCheck.objects.filter(
        label__image__in=unlabeled, verdict=LabelCheck.Verdict.REJECTED
    )
    audits = Audit.objects.filter(image__in=unlabeled, verdict=Audit.Verdict.REJECTED)
    rows = sorted(
        [
            *checks.values_list("at", "label__image", "reason"),
            *audits.values_list("decided_at", "image", "reason"),
        ]
    )
    found: dict[int, SentBack] = dict.fromkeys(
        given_up.values_list("image", flat=True), Label.Ended.UNJUDGEABLE
    )
    return found | {image: RejectReason(reason) for _, image, reason in rows}
