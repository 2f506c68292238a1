"""Which images people get next: opens their assignments, and withdraws those nobody may take."""

import math
from collections.abc import Iterable

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils import timezone

from labeling.assignments import blind_controls, handover, overlap
from labeling.kernel import leases
from labeling.ledger.steps import Lease, step
from labeling.models import Assignment, Audit, Image, Job, Member, Round, Step
from labeling.rounds import stopping

CHUNK = 200
NO_LIMIT = 2**63 - 1  # of rounds that opened before they noted it


def candidates(round: Round) -> "QuerySet[Image]":
    """Unlabelled images this round may still hand out, in its order.

    Never one that already has an assignment in the round, nor one that a running audit holds.
    """
    assignments = Assignment.objects.filter(round=round, image=OuterRef("pk"))
    assignments = assignments.exclude(
        reason__in=(
            Assignment.Withdrawn.LOCKED,
            Assignment.Withdrawn.EXCLUDED,
            Assignment.Withdrawn.CORRECTED,
        )
    )
    images = round.job.images.unlabeled().exclude(Exists(assignments))
    if intakes := round.settings.intakes:
        images = images.filter(intake__in=intakes)
    if round.purpose == Round.Purpose.CLOSING:
        # what came later gets a round of its own, where the machine may take it
        images = images.filter(pk__lte=round.settings.last_image)
        locked = Audit.objects.filter(
            round=round, image=OuterRef("pk"), kind=Audit.Kind.CERTIFICATE
        )
        if round.state in (Round.State.CALIBRATING, Round.State.AUDITING):
            images = images.exclude(Exists(locked))
    if round.blind:
        return images.order_by("shuffle")
    return images.order_by(F("priority").desc(nulls_last=True), "shuffle")


def open_assignments(round: Round, images: Iterable[Image]) -> int:
    """Create the open assignments of these images; repeating it changes nothing.

    A control image is seen with boxes by one person at least, and drawn blind by the last.
    """
    people = overlap.first_assignments(round)
    blanks = blind_controls.blind_assignments(round, len(_people(round)))
    rows = []
    for image in images:
        blank = blanks if blind_controls.is_control(round, image) else 0
        assignments = max(people, blank + 1)
        rows += [
            Assignment(round=round, image=image, slot=slot, blank=slot > assignments - blank)
            for slot in range(1, assignments + 1)
        ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def prefetch(round: Round) -> None:
    """Open a share of the batch at once, so that people go on while the machine works.

    Only once a detector was judged and another batch was found to pay. The first one is often good
    enough: what was labelled meanwhile then is work for nothing, and closing must train anew for
    its sake, while people wait again. Nor more, before a proof, than are left to people anyway.
    """
    assisted = round.settings.assist and not round.blind
    share = round.settings.prefetch_percent
    estimates = stopping.judged(round.job)
    if not assisted or not share or not estimates:
        return
    count = math.ceil(round.settings.batch_size * share / 100)
    images = candidates(round)
    if round.purpose == Round.Purpose.CLOSING:
        count = min(count, int(images.count() * (1 - estimates[-1]["share"])))
    open_assignments(round, images[:count])


def open_the_rest(round: Round, lease: Lease) -> None:
    """While auditors check, people go on with images that go to them in any case."""
    images = list(candidates(round))
    for start in range(0, len(images), CHUNK):
        with lease.fenced():
            open_assignments(round, images[start : start + CHUNK])
        lease.renew(min(start + CHUNK, len(images)), len(images))


def wanted(round: Round) -> int:
    """How many more images this round takes in."""
    if round.purpose == Round.Purpose.CLOSING:
        left = candidates(round).count()
        return 0 if stopping.tries_again(round, left) else left
    if stopping.enough_in(round):
        return 0
    # Images that the machine labelled after their assignment had opened do not count.
    taken = (
        Assignment.objects.filter(round=round, state__in=("open", "claimed", "submitted"))
        .values("image")
        .distinct()
        .count()
    )
    return max(0, int(round.settings.size) - taken)


def withdraw_impossible(round: Round) -> int:
    """Withdraw open slots that no active annotator may take any more; how many.

    First others are offered what people hold who cannot work any more.
    """
    people = _people(round)
    if not people:
        return 0  # the job waits for people; giving all images up would lose them
    left = Assignment.objects.filter(
        leases.ran_out(timezone.now()), round=round, round__job__state=Job.State.RUNNING
    )
    handover.give_up(left.exclude(annotator__in=people))
    most = max(
        round.settings.annotators_per_image,
        1 + blind_controls.blind_assignments(round, len(people)),
    )
    assignments = Assignment.objects.filter(round=round, state=Assignment.State.OPEN)
    used = (
        Assignment.objects.filter(
            round=round, annotator__in=people, image__in=assignments.values("image")
        )
        .exclude(state=Assignment.State.EXPIRED)
        .values("image")
        .annotate(n=Count("pk"))
        .filter(n__gt=max(0, len(people) - most))
    )
    crowded = {row["image"]: row["n"] for row in used}
    withdrawn = 0
    assignments = assignments.filter(image__in=crowded.keys())
    by_image: dict[int, list[int]] = {}
    for pk, image in assignments.values_list("pk", "image"):
        by_image.setdefault(image, []).append(pk)
    for image, pks in by_image.items():
        free = len(people) - crowded[image]
        extra = pks[max(0, free) :]
        withdrawn += Assignment.objects.filter(pk__in=extra, state=Assignment.State.OPEN).update(
            state=Assignment.State.WITHDRAWN, reason=Assignment.Withdrawn.NOBODY_LEFT
        )
    return withdrawn


def _people(round: Round) -> set[int]:
    """Who may answer now."""
    rows = Member.objects.filter(job=round.job_id, role=Member.Role.ANNOTATOR, user__is_active=True)
    return set(rows.values_list("user", flat=True))


@step(Round.State.SELECTING)
def select(step: Step, lease: Lease) -> None:
    """Top the round up to its size; an image that has assignments already is never chosen twice."""
    round, left = step.round, wanted(step.round)
    total = left
    while left > 0:
        batch = list(candidates(round)[: min(CHUNK, left)])
        if not batch:
            break
        with lease.fenced():
            open_assignments(round, batch)
        left -= len(batch)
        lease.renew(total - left, total)
