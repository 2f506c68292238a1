"""Whether an image needs a further person: `adaptive` and `verify` (docs/algorithms.md 4.4).

The further assignment opens in the transaction of the answer that shows the need, so the round
cannot leave COLLECTING between the two.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from labeling.consolidation.core import reliability
from labeling.consolidation.core.expected_errors import calibrated
from labeling.consolidation.core.grouping import Answers
from labeling.kernel import leases
from labeling.kernel.boxes import Box, BoxSet, pack
from labeling.kernel.quality import compare
from labeling.models import Assignment, Image, Job, Round

State = Assignment.State
FIRST = 2  # people of an adaptive image before anyone knows whether they agree
REFERENCES = 60  # answered images that teach the EM who errs how, when one image is judged
MOST_BOXES = 4_000  # boxes judged while a person waits; with more, another one is asked unjudged
# Two people's boxes that overlap less differ in more than taste (docs/algorithms.md 4.1).
LOOSE = 0.7


def least_people(job: Job) -> int:
    """How many annotators the job needs to start: what only some images want may be missing."""
    most = int(job.annotators_per_image)
    return most if job.mode == Job.Mode.INDEPENDENT else min(FIRST, most)


def first_assignments(round: Round) -> int:
    """How many people get an image at once."""
    most = int(round.settings.annotators_per_image)
    return {Job.Mode.ADAPTIVE: min(FIRST, most), Job.Mode.VERIFY: 1}.get(round.mode, most)  # type: ignore[call-overload, no-any-return]


def awaited(round: Round) -> "QuerySet[Assignment]":
    """Assignments without whose answers the round does not go on.

    A control image's further assignments are welcome, not needed: nobody waits for people who may
    never come to draw what is labelled already, nor for one who took such an assignment and left.
    """
    return Assignment.objects.filter(round=round).pending().exclude(_welcome(round))


def _welcome(round: Round) -> Q:
    left = Q(leases.ran_out(timezone.now()), state=State.CLAIMED)
    return Q(Q(state=State.OPEN) | left, blank=True, slot__gt=first_assignments(round))


def withdraw_rest(round: Round) -> None:
    """What nobody took while the round collected is not handed out any more."""
    Assignment.objects.filter(round=round, state=State.OPEN).update(
        state=State.WITHDRAWN, reason=Assignment.Withdrawn.ROUND_OVER
    )
    Assignment.objects.filter(_welcome(round), round=round).update(state=State.EXPIRED)


class Unjudged(Exception):
    """Nobody has judged yet whether these answers differ: it takes too long for a lock."""

    def __init__(self, answered: list[Assignment]) -> None:
        super().__init__()
        self.answered = answered


class Judged:
    """Whether the answers on an image leave more expected errors than the job allows.

    They are judged while nothing is locked, and looked up while the image is: `differ` raises
    Unjudged where an answer came or changed since, and the caller judges and begins again.
    """

    def __init__(self, round: Round) -> None:
        self.round = round
        self._known: dict[frozenset[tuple[int, int]], bool] = {}

    def judge(self, answered: list[Assignment]) -> None:
        """Take as long as it needs."""
        self._known[_key(answered)] = _differ(self.round, answered)

    def differ(self, answered: list[Assignment]) -> bool:
        """What was found of exactly these answers."""
        try:
            return self._known[_key(answered)]
        except KeyError:
            raise Unjudged(answered) from None


def _key(answered: list[Assignment]) -> frozenset[tuple[int, int]]:
    return frozenset((row.pk, row.version) for row in answered)


def request_another(assignment: Assignment, judged: Judged) -> bool:
    """Open one more assignment on the image if its answers ask for it; call it with the row locked.

    Who is to verify an answer that was changed, and has not begun, sees the new boxes. Nothing else
    happens while an assignment of the image is open or held, or once the most people have
    answered.
    """
    round = assignment.round
    mode, most = round.mode, int(round.settings.annotators_per_image)
    if mode == Job.Mode.VERIFY:
        _refresh_shown(assignment)
    if mode == Job.Mode.INDEPENDENT or assignment.slot >= most or assignment.blank:
        return False
    assignments = list(
        Assignment.objects.filter(
            round=round,
            image=assignment.image_id,
            state__in=(State.OPEN, State.CLAIMED, State.SUBMITTED),
        ).order_by("slot")
    )
    if any(a.blank for a in assignments):  # a control image: who does what was decided at the start
        return False
    answered = [a for a in assignments if a.state == State.SUBMITTED]
    if len(answered) < len(assignments) or not 0 < len(answered) < most:
        return False
    if not _needed(assignment):
        return False
    last = answered[-1]
    if mode == Job.Mode.VERIFY:
        if len(answered) > 1 and last.boxes == shown_rightly(last):
            return False
        shown = last.boxes
    else:
        if len(answered) >= FIRST and not judged.differ(answered):
            return False
        shown = None
    Assignment.objects.create(
        round=round, image_id=assignment.image_id, slot=last.slot + 1, suggested=shown
    )
    return True


def _needed(assignment: Assignment) -> bool:
    """False once a reviewer has corrected or excluded the image: nobody needs to draw it.

    A control image is labelled already and drawn all the same.
    """
    return assignment.blank or Image.objects.unlabeled().filter(pk=assignment.image_id).exists()


def _differ(round: Round, answered: list[Assignment]) -> bool:
    """Whether the answers leave more expected errors than the job allows."""
    limit = float(round.settings.error_limit)
    if sum(len(row.boxes or ()) for row in answered) > MOST_BOXES:
        return True
    if any(a.suggested is not None for a in answered):
        # Drawn on the model's boxes: agreement proves less than the EM would conclude from it.
        return disagreements([pack(a.boxes or []) for a in answered]) > limit
    known = _reference_answers(round, answered[0].image_id)
    merged, _ = reliability.consolidate([*known, _answers(answered)])
    return calibrated(merged[-1].risk, round.settings.error_curve) > limit


def disagreements(answers: list[BoxSet]) -> int:
    """Objects on which the last answer differs from one before it: missed, added, or loose."""
    *earlier, last = answers
    worst = 0
    for boxes in earlier:
        found = compare(boxes, last, floor=LOOSE)
        worst = max(worst, max(found.false_positives, found.false_negatives))
    return worst


def _reference_answers(round: Round, image: int) -> list[Answers]:
    """The job's latest images with several independent answers."""
    rows = (
        Assignment.objects.submitted()
        .filter(round__job=round.job_id, suggested__isnull=True)
        .exclude(image=image)
        .order_by("-submitted_at")
        .values_list("image", "annotator", "boxes")[: REFERENCES * FIRST]
    )
    by_image: dict[int, list[tuple[int, BoxSet]]] = {}
    left = MOST_BOXES
    for found, annotator, boxes in rows:
        left -= len(boxes or ())
        if left < 0:
            break
        if annotator is not None and boxes is not None:  # as the database guarantees
            by_image.setdefault(found, []).append((annotator, pack(boxes)))
    return [
        Answers(found, tuple(a for a, _ in given), tuple(b for _, b in given))
        for found, given in by_image.items()
        if len({a for a, _ in given}) == len(given) > 1
    ]


def _answers(rows: list[Assignment]) -> Answers:
    return Answers(
        rows[0].image_id,
        tuple(row.annotator_id for row in rows if row.annotator_id is not None),
        tuple(pack(row.boxes or []) for row in rows),
    )


def shown_rightly(assignment: Assignment) -> list[Box] | None:
    """What the assignment's holder was shown, less the box that was honeypot."""
    boxes: list[Box] | None = assignment.suggested
    if boxes is None or assignment.honeypot is None:
        return boxes
    return [box for place, box in enumerate(boxes) if place != assignment.honeypot]


def carried(assignment: Assignment) -> list[Box] | None:
    """What the next holder of this assignment is shown: a person's boxes to verify stay with it."""
    verifies = assignment.round.mode == Job.Mode.VERIFY and assignment.slot > 1
    return shown_rightly(assignment) if verifies else None


def open_again(assignment: Assignment, **fields: Any) -> Assignment:
    """A new assignment in the place of one that was given up, for someone else or in someone's
    hands."""
    return Assignment.objects.create(
        round_id=assignment.round_id,
        image_id=assignment.image_id,
        slot=assignment.slot,
        blank=assignment.blank,
        suggested=carried(assignment),
        **fields,
    )


def offer_again(assignment: Assignment) -> None:
    """Let someone else take the place that was given up, if the image still needs it."""
    if _needed(assignment):
        open_again(assignment)


def _refresh_shown(assignment: Assignment) -> None:
    Assignment.objects.filter(
        round=assignment.round,
        image=assignment.image_id,
        slot=assignment.slot + 1,
        state=State.OPEN,
        blank=False,  # of a control image all draw for themselves
    ).update(suggested=assignment.boxes)
