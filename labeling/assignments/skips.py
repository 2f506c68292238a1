"""Images that people decline: skipped with a reason, or reported as broken."""

import contextlib

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image as Picture

from labeling.assignments import overlap
from labeling.assignments.answers import check_not_cancelled
from labeling.consolidation import labels
from labeling.kernel import events
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, Invalid, LeaseLost
from labeling.kernel.json_shapes import JSON
from labeling.kernel.stored_files import media_path
from labeling.models import Assignment, Exclusion, Image, Job, SkipReason

State = Assignment.State


def skip(assignment: Assignment, user: User, reason: str, **report: JSON) -> None:
    """Decline an image: its slot opens for someone else; two equal reasons exclude the image.

    `reason`: a code of SkipReason. `report`: what is recorded for managers besides, once however
    often it is said.
    """
    if reason not in SkipReason:
        raise Invalid(f"Choose a reason: {', '.join(SkipReason)}.", where="reason")
    with transaction.atomic():
        check_not_cancelled(assignment.round.job)
        gone = (
            Assignment.objects.held_by(user)
            .filter(pk=assignment.pk)
            .update(state=State.SKIPPED, reason=reason)
        )
        if not gone:
            assignment.refresh_from_db()
            if assignment.state == State.SKIPPED and assignment.annotator_id == user.pk:
                return  # said twice
            raise LeaseLost("This image was reassigned to someone else.")
        events.record(
            assignment.round.job, "image_skipped", user, image=assignment.image_id, reason=reason
        )
        if report:
            events.record(
                assignment.round.job, "image_reported", user, image=assignment.image_id, **report
            )
        same = Assignment.objects.filter(
            image=assignment.image_id, state=State.SKIPPED, reason=reason
        ).count()
        answered = Assignment.objects.filter(
            round=assignment.round, image=assignment.image_id, state=State.SUBMITTED
        ).exists()
        if same >= 2 and not answered:
            Image.objects.filter(pk=assignment.image_id, excluded="").update(excluded=reason)
            Assignment.objects.filter(
                round=assignment.round, image=assignment.image_id, state=State.OPEN
            ).update(state=State.WITHDRAWN, reason=Assignment.Withdrawn.EXCLUDED)
            events.record(
                assignment.round.job,
                "image_excluded",
                user,
                image=assignment.image_id,
                reason=reason,
            )
        else:
            overlap.offer_again(assignment)
    changed(assignment.round.job, people=True)


def report_broken(assignment: Assignment, user: User) -> None:
    """Skip the assignment with that reason and flag the image.

    Where our own file is missing or damaged nobody could see the image, so it is excluded at
    once. Else someone else gets it: what is broken for one browser may be fine in another, and
    a second report excludes it like any second skip for one reason.
    """
    readable = _readable(assignment.image)
    skip(assignment, user, SkipReason.BROKEN, name=assignment.image.name, readable=readable)
    if not readable:
        with contextlib.suppress(Conflict):  # a second report in a row excluded it already
            labels.exclude(assignment.image, Exclusion.FILE_GONE, None)


def reported_broken(job: Job) -> "QuerySet[Image]":
    """Images someone reported that are still in play without a label."""
    assignments = Assignment.objects.filter(
        image=OuterRef("pk"), state=Assignment.State.SKIPPED, reason=SkipReason.BROKEN
    )
    return job.images.unlabeled().filter(Exists(assignments))


def _readable(image: Image) -> bool:
    path = media_path(image.file)
    if not path.is_file():
        return False
    try:
        with Picture.open(path) as picture:  # our own copy: made by the normaliser, not foreign
            picture.load()
            return picture.size == (image.width, image.height)
    except OSError:
        return False
