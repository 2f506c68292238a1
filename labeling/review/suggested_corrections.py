"""Corrections that annotators suggest of their own finished answers, and what becomes of them.

A suggestion is a note with boxes. It changes no label by itself: a reviewer takes it or declines it
with words. It never reaches a running proof: while an audit holds the image nobody else sees it.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.assignments import own_answers
from labeling.consolidation import disagreements, labels
from labeling.kernel import disk_space, events
from labeling.kernel.boxes import Box
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Assignment, Comment, Image, Label
from labeling.review import comments, undo

Outcome = Comment.Outcome


def suggest(assignment: Assignment, user: User, boxes: list[Box], words: str = "") -> Comment:
    """Ask reviewers to look at the answer of this assignment again; said twice it is one
    suggestion.

    A later one takes the place of an earlier one that nobody has decided.
    """
    disk_space.for_people()
    if assignment.annotator_id != user.pk or assignment.state not in own_answers.GIVEN:
        raise Conflict("You have not submitted this image.")
    if own_answers.changeable(assignment):
        raise Conflict("This submission can still be changed: open it and submit it again.")
    if boxes == assignment.boxes:
        raise Invalid("These are the boxes that you sent. Change what was wrong.", where="boxes")
    words = comments.cleaned(words) if words.strip() else ""
    with transaction.atomic():
        image = Image.objects.select_for_update(of=("self",)).get(pk=assignment.image_id)
        if not Label.objects.active().filter(image=image).exists():
            raise Conflict(
                "This image has no label now: people draw it again, or it was taken out."
            )
        before = open_of(assignment)
        if before is not None and (before.boxes, before.text) == (boxes, words):
            return before
        if before is not None:
            _close(before, Outcome.REPLACED)
        x, y = _place(image, assignment.boxes or [], boxes)
        row = Comment.objects.create(
            image=image, author=user, x=x, y=y, text=words, assignment=assignment, boxes=boxes
        )
        events.record(assignment.round.job, "correction_suggested", user, image=image.pk)
    return row


def open_of(assignment: Assignment) -> Comment | None:
    """The suggestion of this answer that nobody has decided."""
    return Comment.objects.suggestions().filter(assignment=assignment, closed_at=None).first()


def _place(image: Image, before: list[Box], after: list[Box]) -> tuple[float, float]:
    """Where the note is pinned: the first box that is new or gone, else the middle."""
    changed = [box for box in after if box not in before] or [b for b in before if b not in after]
    if not changed:
        return image.width / 2, image.height / 2
    return (changed[0]["x1"] + changed[0]["x2"]) / 2, (changed[0]["y1"] + changed[0]["y2"]) / 2


def accept_suggestion(thread: Comment, by: User, seen: int) -> Label:
    """The suggested boxes become the image's label, as a reviewer's own correction would.

    `seen`: the label that held when the reviewer looked; Conflict if another one holds now.
    """
    with transaction.atomic():
        image = Image.objects.select_for_update(of=("self",)).get(pk=thread.image_id)
        active = Label.objects.active().filter(image=image).first()
        if active is not None and active.detail.get("suggestion") == thread.pk:
            return active  # said twice
        disagreements.check_correctable(image, manager=False)
        if active is None or active.pk != seen:
            raise Conflict("This image got another label meanwhile; look at it again.")
        _decide(thread, Outcome.TAKEN)
        return labels.correct(image, thread.boxes or [], by, suggestion=thread.pk)


def decline(thread: Comment, by: User, words: str) -> None:
    """The label stays; the words tell the annotator why."""
    with transaction.atomic():
        _decide(thread, Outcome.DECLINED)
        comments.answer(thread, by, words)


def reopen(thread: Comment, by: User) -> None:
    """Take the decision back: a label that came of it goes, where nothing was built on it."""
    with transaction.atomic():
        Image.objects.select_for_update(of=("self",)).get(pk=thread.image_id)
        thread.refresh_from_db()
        if thread.closed_at is None:
            return  # said twice
        assignment = thread.assignment
        if (
            assignment is None
            or thread.outcome == Outcome.REPLACED
            or open_of(assignment) is not None
        ):
            raise Conflict("Its annotator has suggested something else since.")
        if thread.outcome == Outcome.TAKEN:
            label = Label.objects.active().filter(image=thread.image_id).first()
            if label is None or label.detail.get("suggestion") != thread.pk:
                raise Conflict("The image has another label by now; correct that one.")
            undo.take_back(label, by)
            return
        told = thread.answers.filter(author=by, seen_at=None).order_by("-pk").first()
        if told is None:
            raise Conflict("Its annotator has read your answer; answer once more instead.")
        told.delete()
        Comment.objects.filter(pk=thread.pk).update(closed_at=None, outcome=Outcome.NONE)


def _decide(thread: Comment, outcome: str) -> None:
    if not _close(thread, outcome):
        raise Conflict("This suggestion was decided or replaced meanwhile.")


def _close(thread: Comment, outcome: str) -> int:
    return Comment.objects.filter(pk=thread.pk, closed_at=None).update(
        closed_at=timezone.now(), outcome=outcome
    )
