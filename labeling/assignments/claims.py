"""People's assignments: claim the next ones, keep those in hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from labeling.assignments import handover
from labeling.assignments.pre_annotation import Suggest, store_shown
from labeling.kernel import leases
from labeling.kernel.errors import NotAllowed
from labeling.models import Assignment, Job, Member, Round

State = Assignment.State

PREFETCH = 2  # assignments a person holds: one at hand, one on the way
STOCK = (
    12  # assignments a page may hold to outlast a lost network, where people draw all images anyway
)


@dataclass
class ClaimResult:
    """What a person holds, and how far the round of it is."""

    assignments: list[Assignment]  # the new ones last
    new: int = 0  # how many were claimed just now
    done: int = 0  # the person's own answers that are in
    left: int = 0  # answers that the round still wants, of anybody


def held(job: Job, user: User) -> "QuerySet[Assignment]":
    """The assignments this person has in hand, oldest first."""
    return (
        Assignment.objects.held_by(user)
        .filter(round__job=job)
        .select_related("image")
        .order_by("claimed_at", "pk")
    )


def claim_next(
    job: Job,
    user: User,
    *,
    count: int = PREFETCH,
    suggest: Suggest | None = None,
    open_round: Round | None = None,
    page: str = "",
) -> ClaimResult:
    """All assignments the person holds, renewed for `page`, topped up to `count` from the open
    round.

    `suggest` gives the boxes to show per image; what was shown is stored with the assignment. Fewer
    come back when little is left, none while the job is paused. `open_round`: as the caller read
    it a moment ago; if it was closed since, none of its assignments can be claimed.
    """
    people = list(job.members.filter(role=Member.Role.ANNOTATOR).values_list("user", flat=True))
    if user.pk not in people:
        raise NotAllowed("Only annotators of this job get images.")
    now = timezone.now()
    round = open_round or job.rounds.filter(closed_at=None).first()
    result = ClaimResult(leases.keep(held(job, user), job, user, page, now))
    if round is None:
        return result
    for assignment in result.assignments:
        if assignment.round_id == round.pk:
            assignment.round = round
    round.job = job
    counts = assignment_counts(round)
    result.done, result.left = own_done(round, user), left_of(counts)
    if job.state != Job.State.RUNNING or len(result.assignments) >= count:
        return result
    missing = _share(round, counts.get(State.OPEN, 0), len(people), count) - len(result.assignments)
    fresh: list[Assignment] = []
    for _ in range(8):  # each lost race costs one more look; then the page asks again
        if missing <= len(fresh):
            break
        won = _claim(round, user, missing - len(fresh), now, page)
        if won is None:
            break
        fresh += won
    store_shown(round, fresh, suggest)
    result.assignments += fresh
    result.new = len(fresh)
    return result


def assignment_counts(round: Round) -> dict[str, int]:
    """How many assignments of the round are in each state."""
    return assignment_counts_of([round])[round.pk]


def assignment_counts_of(rounds: Iterable[Round]) -> dict[int, dict[str, int]]:
    """The same for several rounds, by their numbers in the database."""
    found: dict[int, dict[str, int]] = {round.pk: {} for round in rounds}
    rows = Assignment.objects.filter(round__in=found).order_by()
    for round, state, count in rows.values_list("round", "state").annotate(n=Count("pk")):
        found[round][state] = count
    return found


def own_done(round: Round, user: User) -> int:
    """How many answers of the round this person has given."""
    return Assignment.objects.filter(round=round, annotator=user, state=State.SUBMITTED).count()


def left_of(counts: dict[str, int]) -> int:
    """How many answers are still to come, of how many assignments are in each state."""
    return counts.get(State.OPEN, 0) + counts.get(State.CLAIMED, 0)


def _share(round: Round, open_assignments: int, people: int, count: int) -> int:
    """How many assignments one person may hold.

    One when little is left, so that the last images spread over people; two where the machine may
    still label an image instead of them.
    """
    if open_assignments < 2 * people:
        return min(count, 1)
    if not round.blind and round.settings.assist:
        return min(count, PREFETCH)
    return min(count, max(PREFETCH, open_assignments // (3 * people)))


def claimable(round: Round, user: User, now: datetime) -> "QuerySet[Assignment]":
    """Open or expired assignments on images this person has no assignment on but an expired one,
    best first."""
    own = _own(user).filter(round=round).values("image")
    assignments = Assignment.objects.filter(_free(now), round=round).exclude(image__in=own)
    order: list[OrderBy | str] = [
        F("image__priority").desc(nulls_last=True),
        "image__shuffle",
        "slot",
    ]
    if round.settings.annotators_per_image > 1:
        # nearest completion first: an image whose other assignments are answered closes the round
        done = Count(
            "image__assignments",
            filter=Q(image__assignments__round=round, image__assignments__state=State.SUBMITTED),
        )
        assignments, order = assignments.annotate(answered=done), ["-answered", *order]
    return assignments.order_by(*order)


def claimable_counts(rounds: Iterable[Round], user: User, now: datetime) -> dict[int, int]:
    """How many assignments `claimable` finds in each of the rounds that has any."""
    own = _own(user).filter(round=OuterRef("round"), image=OuterRef("image"))
    assignments = Assignment.objects.filter(
        _free(now), ~Exists(own), round__in=list(rounds)
    ).order_by()
    return dict(assignments.values_list("round").annotate(n=Count("pk")))


def _own(user: User) -> "QuerySet[Assignment]":
    return Assignment.objects.filter(annotator=user).exclude(state=State.EXPIRED)


def _free(now: datetime) -> Q:
    return Q(state=State.OPEN) | Q(leases.ran_out(now), state=State.CLAIMED)


def _claim(
    round: Round, user: User, count: int, now: datetime, page: str
) -> list[Assignment] | None:
    """Try to take up to `count` assignments; None if there was nothing to try."""
    tried: set[int] = set()
    won: list[Assignment] = []
    for found in claimable(round, user, now).select_related("image")[: count * 6]:
        if found.image_id in tried:
            continue
        tried.add(found.image_id)
        found.round = round
        assignment = handover.hand_over(found, user, now, page)
        if assignment is not None:
            won.append(assignment)
        if len(won) == count:
            break
    return won if tried else None
