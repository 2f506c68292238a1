"""Labels: accepted, corrected, revoked; images taken out and put back."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labeling.kernel import events
from labeling.kernel.boxes import Box
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict
from labeling.kernel.json_shapes import LabelDetail
from labeling.models import Assignment, Image, Label, Round

Withdrawn, Ended = Assignment.Withdrawn, Label.Ended


def accept(
    image: Image,
    boxes: list[Box],
    source: str,
    *,
    round: Round | None,
    by: User | None = None,
    confidence: float | None = None,
    detail: LabelDetail | None = None,
    replaces: str = Ended.REPLACED,
) -> Label:
    """Give the image this label; one that held before ends in the same transaction, by the code
    `replaces`."""
    with transaction.atomic():
        revoke(Label.objects.active().filter(image=image), replaces)
        return Label.objects.create(
            image=image,
            round=round,
            source=source,
            boxes=boxes,
            by=by,
            confidence=confidence,
            detail=detail or {},
        )


@transaction.atomic
def accept_auto(round: Round, rows: Sequence[tuple[Image, list[Box], float, LabelDetail]]) -> int:
    """Label images by machine, never one that a person has in hand; how many were labelled.

    First the open assignments go, then the label comes only where none is claimed or submitted; on
    PostgreSQL the row locks keep a claim from slipping in between.
    """
    ids = [image.pk for image, *_ in rows]
    list(Image.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    Assignment.objects.filter(round=round, image__in=ids, state="open").update(
        state="withdrawn", reason=Withdrawn.ACCEPTED
    )
    held = Assignment.objects.filter(
        round=round, image__in=ids, state__in=("claimed", "submitted")
    ).values_list("image", flat=True)
    free = set(ids) - set(held)
    free &= set(Image.objects.unlabeled().filter(pk__in=free).values_list("pk", flat=True))
    # A partly answered image stays with people: give it back the assignments taken above.
    Assignment.objects.filter(
        round=round, image__in=set(held), state="withdrawn", reason=Withdrawn.ACCEPTED
    ).update(state="open", reason="")
    Label.objects.bulk_create(
        [
            Label(
                image=image,
                round=round,
                source=Label.Source.AUTO,
                boxes=boxes,
                confidence=confidence,
                detail=detail,
            )
            for image, boxes, confidence, detail in rows
            if image.pk in free
        ]
    )
    return len(free)


def bring(image: Image, boxes: list[Box], *, finished: bool) -> str:
    """Give an image of the job boxes from outside, unless people or the machine were first.

    As its label if `finished`, else as suggestions. Empty where it was done, else why not. Called
    in a transaction; the row's lock keeps a claim from slipping in between.
    """
    image = Image.objects.select_for_update(of=("self",)).get(pk=image.pk)
    held = Label.objects.active().filter(image=image).first()
    if image.excluded:
        return f"the image is excluded: {image.get_excluded_display()}"
    if held is not None:
        same = held.source == Label.Source.IMPORTED and held.boxes == boxes
        return "the image has this label already" if same else "the image has a label already"
    if image.imported == boxes and not finished:
        return "the image has these suggestions already"
    work = Assignment.objects.filter(image=image).exclude(state__in=("open", "withdrawn"))
    if work.exists() or image.audits.exists():  # type: ignore[attr-defined]
        return "people are at work on the image, or were"
    if not finished:
        Image.objects.filter(pk=image.pk).update(imported=boxes)
        return ""
    if image.job.rounds.filter(closed_at=None, purpose=Round.Purpose.CLOSING).exists():
        return "the closing round is open: its images are fixed"
    accept(image, boxes, Label.Source.IMPORTED, round=None)
    split = image.split or Image.Split.TRAINING
    Image.objects.filter(pk=image.pk).update(imported=None, split=split)
    _withdraw_open(image, Withdrawn.IMPORTED)
    return ""


def revoke(labels: "QuerySet[Label]", ended: str, reason: str = "") -> int:
    """End these labels; their images are unlabelled again, which puts them back in play.

    `ended`: a code of Label.Ended; `reason`: of rejected ones one of RejectReason.
    """
    return int(labels.update(revoked_at=timezone.now(), ended=ended, reason=reason))


def correct(image: Image, boxes: list[Box], by: User, *, suggestion: int | None = None) -> Label:
    """A reviewer's or manager's own boxes replace whatever the image has, in the same round.

    `suggestion`: the thread that suggested them, if one did.
    """
    with transaction.atomic():
        # Of two reviewers at once the second corrects what the first one made.
        image = Image.objects.select_for_update(of=("self",)).select_related("job").get(pk=image.pk)
        before = Label.objects.active().filter(image=image).first()
        detail: LabelDetail = {"before": before.pk if before else None}
        if suggestion is not None:
            detail["suggestion"] = suggestion
        label = accept(
            image,
            boxes,
            Label.Source.REVIEWER,
            round=before.round if before else None,
            by=by,
            replaces=Ended.CORRECTED,
            detail=detail,
        )
        if image.split == "":
            Image.objects.filter(pk=image.pk).update(split=Image.Split.TRAINING)
        _withdraw_open(image, Withdrawn.CORRECTED)
        events.record(
            image.job,
            "label_corrected",
            by,
            image=image.pk,
            before=before.boxes if before else None,
            after=boxes,
        )
    return label


def exclude(image: Image, reason: str, by: User | None) -> None:
    """Take the image out of the job, by a code of Exclusion; its answers and labels are kept."""
    with transaction.atomic():
        if not Image.objects.filter(pk=image.pk, excluded="").update(excluded=reason):
            raise Conflict("This image is excluded already.")
        revoke(Label.objects.active().filter(image=image), Ended.EXCLUDED)
        _withdraw_open(image, Withdrawn.EXCLUDED)
        events.record(image.job, "image_excluded", by, image=image.pk, reason=reason)
        changed(image.job)


def _withdraw_open(image: Image, reason: str) -> None:
    Assignment.objects.filter(image=image, state="open").update(state="withdrawn", reason=reason)


def restore(image: Image, by: User) -> None:
    """Put an excluded image back in play.

    One that judged the detector may now be drawn on its boxes, so it judges no more; what was
    taught stays known as such.
    """
    with transaction.atomic():
        same = Image.objects.filter(pk=image.pk)
        if not same.exclude(excluded="").update(excluded=""):
            raise Conflict("This image is not excluded.")
        same.filter(split=Image.Split.VALIDATION).update(split="")
        events.record(image.job, "image_restored", by, image=image.pk)
        changed(image.job)
