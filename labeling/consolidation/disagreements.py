"""Where annotators disagree: images to look at, one image's groups, a reviewer's decision."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from labeling.consolidation import labels
from labeling.consolidation.core import answer_groups, grouping
from labeling.kernel import events
from labeling.kernel.boxes import Box, pack
from labeling.kernel.errors import Conflict
from labeling.models import Assignment, Audit, Image, Job, Label

RISKY = 0.25  # doubt from which an image is offered to reviewers
SURE = 0.80  # agreement from which a group needs no look


@dataclass(frozen=True)
class Doubtful:
    """An image whose people differ."""

    image: int
    label: int
    doubt: float
    round: int
    boxes: int


def doubtful(job: Job, level: float = RISKY) -> list[Doubtful]:
    """Images whose people's label is doubtful, worst first; adjudicated ones have a newer label."""
    rows = (
        Label.objects.active()
        .filter(image__job=job, image__excluded="", source=Label.Source.HUMAN)
        .values_list("image", "pk", "detail", "round__number", "boxes")
    )
    found = [
        Doubtful(image, pk, round(answer_groups.doubt(detail), 4), number or 0, len(boxes))
        for image, pk, detail, number, boxes in rows.iterator(chunk_size=2000)
    ]
    kept = [row for row in found if row.doubt >= level]
    return sorted(kept, key=lambda row: (-row.doubt, row.image))


def adjudicated_count(job: Job) -> int:
    """Images of the job whose disagreements a reviewer has adjudicated."""
    rows = Label.objects.active().filter(image__job=job, source=Label.Source.REVIEWER)
    return rows.filter(detail__has_key="adjudicated").count()


@dataclass(frozen=True)
class OneImage:
    """Everything a reviewer compares on one image."""

    label: Label  # what consolidation made
    active: Label | None  # what holds now: the same, or a reviewer's
    answers: list[Assignment]
    groups: list[answer_groups.Group]


def of_image(image: Image) -> OneImage:
    """The people's answers behind the image's latest people's label, grouped.

    Raises Conflict where people have not made a label of it yet: their answers stay private.
    """
    label = (
        Label.objects.filter(image=image, source=Label.Source.HUMAN)
        .select_related("round")
        .order_by("-pk")
        .first()
    )
    active = Label.objects.active().filter(image=image).first()
    if label is None or label.round is None:
        raise Conflict("People have not labelled this image, so there is nothing to compare.")
    if active is None:
        raise Conflict("This image is with people again; their answers are compared afterwards.")
    rows = Assignment.objects.filter(round=label.round, image=image, state="submitted")
    answers = list(rows.select_related("annotator").order_by("annotator"))
    given = grouping.Answers(
        image.pk,
        tuple(assignment.annotator_id or 0 for assignment in answers),
        tuple(pack(assignment.boxes or []) for assignment in answers),
    )
    return OneImage(label, active, answers, answer_groups.groups(given, pack(label.boxes)))


def adjudicate(
    image: Image, seen: int, boxes: list[Box], by: User, decisions: dict[str, int]
) -> Label:
    """A reviewer's decision on every group becomes the image's label; the people's one is kept.

    `seen`: the label that held when the reviewer looked; Conflict if another one holds now.
    `decisions`: how many groups were adjudicated in which way, for the history.
    """
    with transaction.atomic():
        image = Image.objects.select_for_update().select_related("job").get(pk=image.pk)
        active = Label.objects.active().filter(image=image).first()
        if active is None or active.pk != seen:
            raise Conflict("This image got another label meanwhile; look at it again.")
        label = labels.accept(
            image,
            boxes,
            Label.Source.REVIEWER,
            round=active.round,
            by=by,
            confidence=1.0,
            detail={"adjudicated": decisions, "before": active.pk},
            replaces=Label.Ended.ADJUDICATED,
        )
        events.record(
            image.job,
            "disagreements_adjudicated",
            by,
            image=image.pk,
            before=active.boxes,
            after=boxes,
            **decisions,
        )
    return label


def history(image: Image) -> list[Label]:
    """Every label the image has had, oldest first; Conflict while an audit holds it.

    An audit's scores and boxes must not be seen outside the audit before it is over.
    """
    if held_by_audit(image):
        raise Conflict("This image is part of a running audit; it can be compared afterwards.")
    return list(image.labels.select_related("round", "by").order_by("pk"))


def held_by_audit(image: Image) -> bool:
    """Whether the locked list of a running audit holds the image."""
    return Audit.objects.running().filter(image=image).exists()


def check_correctable(image: Image, manager: bool) -> None:
    """Reviewers correct labels, not images that people or an audit still work on."""
    if manager:
        return
    if held_by_audit(image):
        raise Conflict("This image is part of a running audit; give the verdict there.")
    if not Label.objects.active().filter(image=image).exists():
        raise Conflict("This image is with people now; it has no label to correct.")


def changed_images(job: Job, limit: int = 200) -> list[int]:
    """Images whose label was replaced by a reviewer or manager, the latest first."""
    rows = (
        Label.objects.active()
        .filter(image__job=job, source=Label.Source.REVIEWER)
        .order_by("-pk")
        .values_list("image", flat=True)
    )
    return list(rows[:limit])
