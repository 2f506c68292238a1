"""People's answers: stored however often they are sent, and what follows from each."""

from collections import Counter

from django.contrib.auth.models import User
from django.db import transaction

from labeling.assignments import answer_content, overlap
from labeling.assignments.answer_content import MAX_ACTIVE_MS, Answer
from labeling.assignments.core import honeypots
from labeling.assignments.handover import lock_image
from labeling.kernel import disk_space
from labeling.kernel.boxes import Box
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict, NotAllowed
from labeling.models import Assignment, Draft, Job, Round
from labeling.models.round import AssignmentQuerySet

State = Assignment.State


def submit(
    assignment: Assignment,
    user: User,
    *,
    version: int,
    boxes: object,
    active_ms: int,
    outcomes: object = None,
    action_ms: object = None,
) -> Assignment:
    """Store an answer, however often it is sent (docs/architecture.md 6.2, 7.1).

    The same version again gives the same reply; a higher one replaces the answer until the round
    leaves COLLECTING, and its times are added; a lower one is a Conflict. An assignment taken over
    meanwhile becomes extra.
    A draft that the answer grew from is done with.
    """
    disk_space.for_people()
    if assignment.annotator_id != user.pk:
        raise NotAllowed("This task belongs to someone else.")
    answer = answer_content.parse_answer(
        assignment,
        version=version,
        boxes=boxes,
        active_ms=active_ms,
        outcomes=outcomes,
        action_ms=action_ms,
    )
    judged = overlap.Judged(assignment.round)
    while True:
        try:
            first = _store(assignment, user, answer, judged)
            break
        except overlap.Unjudged as found:
            judged.judge(found.answered)
    if not first:
        assignment.refresh_from_db()
    # Nobody's last answer moves nothing: one cheap look instead of the whole rule.
    if not overlap.awaited(assignment.round).exists():
        changed(assignment.round.job)
        assignment.round.refresh_from_db()  # it may have moved on, and the next image is of another
    return assignment


def check_not_cancelled(job: Job) -> None:
    """Conflict once the job is cancelled: what comes then is neither stored nor paid."""
    if Job.objects.filter(pk=job.pk, state=Job.State.CANCELLED).exists():
        raise Conflict("This job was cancelled, so nothing more is taken for it.")


def _store(assignment: Assignment, user: User, answer: Answer, judged: overlap.Judged) -> bool:
    """In one transaction the answer and what follows from it; whether it is the first one."""
    with transaction.atomic():
        check_not_cancelled(assignment.round.job)
        lock_image(assignment.image_id)
        first = _store_first(assignment, user, answer)
        if first or _store_again(assignment, answer):
            overlap.request_another(assignment, judged)
        # a draft that starts from this very answer is newer work: the answer came a second time
        Draft.objects.filter(assignment=assignment.pk, version__lt=answer["version"]).delete()
    return first


def _store_first(assignment: Assignment, user: User, answer: Answer) -> bool:
    """The answer to an assignment that is held; whether it was."""
    held = Assignment.objects.held_by(user).filter(
        pk=assignment.pk,
        version__lt=answer["version"],
        round__closed_at=None,
        round__job__state__in=(Job.State.RUNNING, Job.State.PAUSED),
    )
    return _submit(held, assignment, answer)


def _store_again(assignment: Assignment, answer: Answer) -> bool:
    """Every case but the first answer to a held assignment; whether it counts for its image."""
    assignment.refresh_from_db()
    version = answer["version"]
    if assignment.version == version and assignment.state in (State.SUBMITTED, State.EXTRA):
        # two tabs: the second must not vanish in silence
        if not _is_same(assignment, answer["boxes"]):
            raise Conflict("Another answer of yours to this image was stored already.")
        return False
    if version < assignment.version:
        raise Conflict(f"A newer answer (version {assignment.version}) of this image is stored.")
    # Locked: who moves the round on waits for this change, and then makes the label of it.
    locked = Round.objects.select_for_update(no_key=True).values_list("state", flat=True)
    assignment.round.state = locked.get(pk=assignment.round_id)
    collecting = assignment.round.takes_answers
    answer = _with_times_before(answer, assignment)
    same = Assignment.objects.filter(pk=assignment.pk)
    if assignment.state == State.SUBMITTED:
        if not collecting:
            raise Conflict("This image is finished: its round has moved on. Nothing was changed.")
        return _submit(same, assignment, answer)
    if assignment.state == State.EXPIRED and collecting and _place_is_free(assignment):
        return _submit(same, assignment, answer)
    same.update(state=State.EXTRA, **answer)
    return False


def _is_same(assignment: Assignment, boxes: list[Box]) -> bool:
    """Whether these boxes are the stored ones; where the honeypot lay others may have drawn
    since."""
    stored = assignment.boxes or []
    if assignment.honeypot is None:
        return stored == boxes
    honeypot = (assignment.suggested or [])[assignment.honeypot]
    return honeypots.without(stored, honeypot) == honeypots.without(boxes, honeypot)


def _with_times_before(answer: Answer, assignment: Assignment) -> Answer:
    """With the times of the answer that it replaces added; pages tell each alone."""
    active_ms = min(assignment.active_ms + answer["active_ms"], MAX_ACTIVE_MS)
    summed: Answer = {**answer, "active_ms": active_ms}
    if assignment.action_ms and "action_ms" in answer:
        both = Counter(assignment.action_ms)
        both.update(answer["action_ms"])
        summed["action_ms"] = dict(both)
    return summed


def _place_is_free(assignment: Assignment) -> bool:
    """Whether nobody took an expired assignment's place; one that is offered there goes."""
    place = Assignment.objects.filter(
        round=assignment.round, image=assignment.image_id, slot=assignment.slot
    )
    again, _ = place.filter(state=State.OPEN).delete()
    held = place.filter(state__in=(State.CLAIMED, State.SUBMITTED)).exists()
    in_a_plan = place.filter(reason=Assignment.Withdrawn.LOCKED).exists() and not again
    return not held and not in_a_plan


def _submit(rows: AssignmentQuerySet, assignment: Assignment, answer: Answer) -> bool:
    """Store the answer in the row, and in `assignment` without reading it again."""
    fields = {**answer, "state": State.SUBMITTED, "lease_expires_at": None}
    if not rows.update(**fields):
        return False
    for name, value in fields.items():
        setattr(assignment, name, value)
    return True
