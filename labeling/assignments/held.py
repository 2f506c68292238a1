"""Work in people's hands: who holds what since when, and how it comes back early."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.utils import timezone

from labeling.assignments import handover, overlap
from labeling.kernel import events, leases
from labeling.kernel.changes import changed
from labeling.models import Assignment, Audit, Draft, Job, Round
from labeling.models.member import display_name

State = Assignment.State


def give_back(job: Job, user: User, page: str, assignments: Sequence[int]) -> int:
    """A page that is left gives these assignments back, so that anyone may get them at once; how
    many.

    What was begun stays with its person until the lease ends: it has a draft. So does what
    another page of theirs has asked for since: a reload must not lose its images to the page that
    was left.
    """
    begun = Draft.objects.filter(assignment=OuterRef("pk"), version=OuterRef("version"))
    rows = Assignment.objects.held_by(user).filter(round__job=job, page=page, pk__in=assignments)
    given = 0
    for assignment in rows.exclude(Exists(begun)).select_related("round").order_by("image"):
        with transaction.atomic():
            handover.lock_image(assignment.image_id)
            same = Assignment.objects.held_by(user).filter(pk=assignment.pk, page=page)
            if same.update(
                state=State.OPEN,
                annotator=None,
                lease_expires_at=None,
                claimed_at=None,
                page="",
                suggested=overlap.carried(assignment),
                honeypot=None,
                verify=False,
            ):
                # of an earlier answer: whoever draws next must not see it
                Draft.objects.filter(assignment=assignment.pk).delete()
                given += 1
    return given


def give_back_checks(job: Job, user: User, page: str, checks: Sequence[int]) -> int:
    """The same for checks. Their person has seen them, which counts for the image's other check.

    A stored drawing can be gone on with by its drawer alone, so it stays until the lease ends.
    """
    rows = Audit.objects.held_by(user).filter(round__job=job, page=page, pk__in=checks)
    rows = rows.filter(drawn__isnull=True)
    return sum(_free(audit, user) for audit in rows)


def release(job: Job, holder: User, by: User) -> int:
    """A manager gives all that somebody holds to the others; how many images and checks.

    What was begun is kept as a draft and still counts if nobody has taken the image meanwhile.
    """
    assignments = Assignment.objects.held_by(holder).filter(round__job=job)
    count = assignments.count()
    with transaction.atomic():
        handover.give_up(assignments)
        count += free_checks(job, holder)
        if count:
            events.record(job, "work_released", by, name=holder.get_username(), count=count)
    changed(job)
    return count


def free_checks(job: Job, holder: User) -> int:
    """Give somebody's checks to the others; how many."""
    checks = Audit.objects.held_by(holder).wanted().filter(round__job=job)
    return sum(_free(audit, holder) for audit in checks)


class Holder(TypedDict):
    """What a person holds of a job. `away`: half of the lease has passed without a sign."""

    id: int
    name: str
    images: int
    checks: int
    since: str | None
    until: str
    away: bool


@dataclass
class _Held:
    until: datetime
    since: datetime | None = None
    images: int = 0
    checks: int = 0

    def span(self, since: datetime | None, until: datetime | None) -> None:
        self.since = min(filter(None, (self.since, since)), default=None)
        self.until = max(self.until, until or self.until)


def holders(job: Job, round: Round | None) -> list[Holder]:
    """Who holds images of the open round, or checks: how many, since when, until when.

    `away`: half of the lease has passed without a sign, though a page at which somebody works
    renews it by then.
    """
    now = timezone.now()
    assignments = Assignment.objects.filter(round=round, state=State.CLAIMED)
    checks = Audit.objects.undecided().wanted().filter(round__job=job, reviewer__isnull=False)
    checks = checks.exclude(leases.ran_out(now), drawn__isnull=False)  # given up, see `_free`
    found: dict[int, _Held] = {}
    for who, count, since, until in _grouped(assignments, "annotator"):
        found.setdefault(who, _Held(now)).span(since, until)
        found[who].images = count
    for who, count, since, until in _grouped(checks, "reviewer"):
        found.setdefault(who, _Held(now)).span(since, until)
        found[who].checks = count
    names = {user.pk: user for user in User.objects.filter(pk__in=found)}
    half, running = job.lease_seconds / 2, job.state == Job.State.RUNNING
    return [
        {
            "id": pk,
            "name": display_name(names[pk]),
            "images": entry.images,
            "checks": entry.checks,
            "since": entry.since.isoformat() if entry.since else None,
            "until": entry.until.isoformat(),
            "away": running and (entry.until - now).total_seconds() < half,
        }
        for pk, entry in found.items()
    ]


def back_at(holders: Sequence[Holder]) -> datetime | None:
    """When the last of those who give no sign loses what they hold; None: all are at work."""
    ends = [datetime.fromisoformat(entry["until"]) for entry in holders if entry["away"]]
    return max(ends, default=None)


def _grouped(
    rows: "QuerySet[Assignment] | QuerySet[Audit]", who: str
) -> Iterable[tuple[int, int, datetime | None, datetime | None]]:
    """Person, how many, since when, until when."""
    return (
        rows.order_by()
        .values_list(who)
        .annotate(n=Count("pk"), since=Min("claimed_at"), until=Max("lease_expires_at"))
    )


def _free(audit: Audit, holder: User) -> int:
    with transaction.atomic():
        mine = Audit.objects.held_by(holder).filter(pk=audit.pk, page=audit.page)
        blank = mine.filter(drawn__isnull=True)
        if not blank.update(reviewer=None, claimed_at=None, lease_expires_at=None, page=""):
            # a stored drawing only its drawer can go on with, until someone else takes the check
            return mine.update(lease_expires_at=timezone.now())
        audit.had_by.add(holder)
    return 1
