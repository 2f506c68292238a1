"""People's seats: claim, renew, release, skip, submit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from labeling.core import boxes as box_sets
from labeling.errors import Conflict, Invalid, LeaseLost, NotAllowed
from labeling.models import Assignment, Image, Job, Member, Round
from labeling.services import events, rounds

State = Assignment.State
Suggest = Callable[[Round, list[int]], dict[int, list[box_sets.Box]]]

AHEAD = 2  # seats a person holds: one at hand, one on the way
STOCK = 12  # seats a page may hold to outlast a lost network, where people draw all images anyway
SKIP_REASONS = (
    "Image unusable",
    "Too hard to see",
    "Not sure about the class",
    "Wrong picture for this job",
    "Image is broken",
    "Other",
)
MAX_ACTIVE_MS = 24 * 3600 * 1000


def held(job: Job, user: User) -> "QuerySet[Assignment]":
    """The seats this person has in hand, oldest first."""
    return (
        Assignment.objects.filter(round__job=job, annotator=user, state=State.CLAIMED)
        .select_related("image", "round")
        .order_by("claimed_at", "pk")
    )


def claim_next(
    job: Job, user: User, *, count: int = AHEAD, suggest: Suggest | None = None
) -> list[Assignment]:
    """All seats the person holds, renewed, topped up to `count` from the open round.

    `suggest` gives the boxes to show per image; what was shown is stored with the seat. Fewer
    come back when little is left, none while the job is paused.
    """
    people = set(job.members.filter(role=Member.Role.ANNOTATOR).values_list("user", flat=True))
    if user.pk not in people:
        raise NotAllowed("Only annotators of this job get images.")
    now = timezone.now()
    until = now + timedelta(seconds=job.lease_seconds)
    seats = _renewed(job, user, until)
    if job.state != Job.State.RUNNING or len(seats) >= count:
        return seats
    round = job.rounds.filter(closed_at=None).first()
    if round is None:
        return seats
    missing = _share(round, len(people), count) - len(seats)
    for _ in range(8):  # each lost race costs one more look; then the page asks again
        if missing <= 0:
            break
        fresh = _claim(round, user, missing, now, until)
        if fresh is None:
            break
        seats += fresh
        missing -= len(fresh)
    _store_suggestions(round, [s for s in seats if s.version == 0 and s.claimed_at == now], suggest)
    return seats


def _renewed(job: Job, user: User, until: datetime) -> list[Assignment]:
    """What the person holds, kept until then."""
    while seats := list(held(job, user)):
        kept = Assignment.objects.filter(
            pk__in=[s.pk for s in seats], annotator=user, state=State.CLAIMED
        ).update(lease_expires_at=until)
        if kept == len(seats):
            break  # else one was taken over between the two: look again
    for seat in seats:
        seat.lease_expires_at = until
    return seats


def _share(round: Round, people: int, count: int) -> int:
    """How many seats one person may hold.

    One when little is left, so that the last images spread over people; two where the machine may
    still label an image instead of them.
    """
    open_seats = round.assignments.filter(state=State.OPEN).count()  # type: ignore[attr-defined]
    if open_seats < 2 * people:
        return min(count, 1)
    if not round.blind and round.settings["assist"]:
        return min(count, AHEAD)
    return min(count, max(AHEAD, open_seats // (3 * people)))


def claimable(round: Round, user: User, now: datetime) -> "QuerySet[Assignment]":
    """Open or expired seats on images this person has no seat on, best first."""
    own = Assignment.objects.filter(round=round, annotator=user).values("image")
    seats = Assignment.objects.filter(
        Q(state=State.OPEN) | Q(state=State.CLAIMED, lease_expires_at__lt=now), round=round
    ).exclude(image__in=own)
    order: list[Any] = [F("image__priority").desc(nulls_last=True), "image__shuffle", "slot"]
    if round.settings["annotators_per_image"] > 1:
        # nearest completion first: an image whose other seats are answered closes the round
        done = Count(
            "image__assignments",
            filter=Q(image__assignments__round=round, image__assignments__state=State.SUBMITTED),
        )
        seats, order = seats.annotate(answered=done), ["-answered", *order]
    return seats.order_by(*order)


def _claim(
    round: Round, user: User, count: int, now: datetime, until: datetime
) -> list[Assignment] | None:
    """Try to take up to `count` seats; None if there was nothing to try."""
    tried: set[int] = set()
    won: list[Assignment] = []
    for seat_id, image_id, slot, state in claimable(round, user, now).values_list(
        "pk", "image", "slot", "state"
    )[: count * 6]:
        if image_id in tried:
            continue
        tried.add(image_id)
        seat = _take(round, user, seat_id, image_id, slot, state, now, until)
        if seat is not None:
            won.append(seat)
        if len(won) == count:
            break
    return won if tried else None


def _take(
    round: Round, user: User, seat_id: int, image_id: int, slot: int, state: str,
    now: datetime, until: datetime,
) -> Assignment | None:  # fmt: skip
    claimed = {
        "annotator": user, "state": State.CLAIMED, "claimed_at": now, "lease_expires_at": until
    }  # fmt: skip
    try:
        with transaction.atomic():
            _lock(image_id)
            if state == State.OPEN:
                if not Assignment.objects.filter(pk=seat_id, state=State.OPEN).update(**claimed):
                    return None
                pk = seat_id
            else:
                lapsed = Assignment.objects.filter(
                    pk=seat_id, state=State.CLAIMED, lease_expires_at__lt=now
                ).update(state=State.LAPSED)
                if not lapsed:
                    return None
                pk = Assignment.objects.create(
                    round=round, image_id=image_id, slot=slot, **claimed
                ).pk
                events.record(round.job, "seat_taken_over", user, image=image_id)
    except IntegrityError:  # the same person claimed a seat of this image in another tab
        return None
    return Assignment.objects.select_related("image", "round").get(pk=pk)


def _lock(image_id: int) -> None:
    # accept_auto locks the image row before it looks for claimed seats; SQLite has one writer
    if connection.vendor == "postgresql":
        Image.objects.select_for_update().get(pk=image_id)


def _store_suggestions(round: Round, seats: list[Assignment], suggest: Suggest | None) -> None:
    closing = round.purpose == Round.Purpose.CLOSING
    if suggest is None or round.blind or not (closing or round.settings["suggestions"]):
        return
    shown = suggest(round, [seat.image_id for seat in seats])
    for seat in seats:
        if seat.image_id in shown:
            seat.suggested = shown[seat.image_id]
            Assignment.objects.filter(pk=seat.pk).update(suggested=seat.suggested)


def renew(seat: Assignment, user: User) -> datetime:
    """Keep the seat a while longer; also while the job is paused."""
    until = timezone.now() + timedelta(seconds=seat.round.job.lease_seconds)
    if not Assignment.objects.filter(pk=seat.pk, annotator=user, state=State.CLAIMED).update(
        lease_expires_at=until
    ):
        raise LeaseLost("This image was given to someone else.")
    return until


def release(seat: Assignment, user: User) -> None:
    """Give a seat back untouched, so that the person or anyone else may get it again."""
    Assignment.objects.filter(pk=seat.pk, annotator=user, state=State.CLAIMED).update(
        state=State.OPEN, annotator=None, lease_expires_at=None, claimed_at=None, suggested=None
    )


def skip(seat: Assignment, user: User, reason: str) -> None:
    """Decline an image: its slot opens for someone else; two equal reasons exclude the image."""
    if reason not in SKIP_REASONS:
        raise Invalid(f"Choose a reason: {', '.join(SKIP_REASONS)}.", where="reason")
    with transaction.atomic():
        gone = Assignment.objects.filter(pk=seat.pk, annotator=user, state=State.CLAIMED).update(
            state=State.SKIPPED, reason=reason
        )
        if not gone:
            seat.refresh_from_db()
            if seat.state == State.SKIPPED and seat.annotator_id == user.pk:
                return  # said twice
            raise LeaseLost("This image was given to someone else.")
        events.record(seat.round.job, "image_skipped", user, image=seat.image_id, reason=reason)
        same = Assignment.objects.filter(
            image=seat.image_id, state=State.SKIPPED, reason=reason
        ).count()
        answered = Assignment.objects.filter(
            round=seat.round, image=seat.image_id, state=State.SUBMITTED
        ).exists()
        if same >= 2 and not answered:
            Image.objects.filter(pk=seat.image_id, excluded="").update(
                excluded=f"Skipped twice: {reason}"
            )
            Assignment.objects.filter(
                round=seat.round, image=seat.image_id, state=State.OPEN
            ).update(state=State.WITHDRAWN, reason="excluded")
            events.record(
                seat.round.job, "image_excluded", user, image=seat.image_id, reason=reason
            )
        else:
            Assignment.objects.create(round=seat.round, image=seat.image, slot=seat.slot)
    withdraw_impossible(seat.round)
    rounds.advance_if_done(seat.round)


def submit(seat: Assignment, user: User, *, version: int, boxes: Any, active_ms: int) -> Assignment:
    """Store an answer, however often it is sent (architecture.md 3.1, 2.6).

    The same version again gives the same reply; a higher one replaces the answer until the round
    leaves COLLECTING; a lower one is a Conflict. A seat taken over meanwhile becomes surplus.
    """
    if seat.annotator_id != user.pk:
        raise NotAllowed("This seat belongs to someone else.")
    parsed = box_sets.without_scores(parse_boxes(seat.image, boxes))
    answer = {
        "boxes": parsed,
        "version": version,
        "active_ms": max(0, min(active_ms, MAX_ACTIVE_MS)),
        "submitted_at": timezone.now(),
    }
    with transaction.atomic():
        _lock(seat.image_id)
        first = Assignment.objects.filter(
            pk=seat.pk, annotator=user, state=State.CLAIMED, version__lt=version,
            round__closed_at=None, round__job__state__in=(Job.State.RUNNING, Job.State.PAUSED),
        ).update(state=State.SUBMITTED, lease_expires_at=None, **answer)  # fmt: skip
        if not first:
            _resubmit(seat, version, answer)
    if first:
        answer |= {"state": State.SUBMITTED, "lease_expires_at": None}
        for name, value in answer.items():
            setattr(seat, name, value)
    else:
        seat.refresh_from_db()
    rounds.advance_if_done(seat.round)
    return seat


def _resubmit(seat: Assignment, version: int, answer: dict[str, Any]) -> None:
    """Every case but the first answer on a held seat."""
    seat.refresh_from_db()
    if seat.version == version and seat.state in (State.SUBMITTED, State.SURPLUS):
        return
    if version < seat.version:
        raise Conflict(f"A newer answer (version {seat.version}) of this image is stored.")
    collecting = _still_collecting(seat.round)
    if seat.state == State.SUBMITTED:
        if not collecting:
            raise Conflict("This image is finished: its round has moved on. Nothing was changed.")
        Assignment.objects.filter(pk=seat.pk).update(**answer)
        return
    if seat.state == State.LAPSED and collecting:
        slot = Assignment.objects.filter(round=seat.round, image=seat.image_id, slot=seat.slot)
        slot.filter(state=State.OPEN).delete()
        if not slot.filter(state__in=(State.CLAIMED, State.SUBMITTED)).exists():
            Assignment.objects.filter(pk=seat.pk).update(
                state=State.SUBMITTED, lease_expires_at=None, **answer
            )
            return
    Assignment.objects.filter(pk=seat.pk).update(state=State.SURPLUS, **answer)


def _still_collecting(round: Round) -> bool:
    line = rounds.LINE
    state = Round.objects.values_list("state", flat=True).get(pk=round.pk)
    return line.index(Round.State(state)) <= line.index(Round.State.COLLECTING)


def parse_boxes(image: Image, raw: Any) -> list[box_sets.Box]:
    """Boxes from outside, checked against this image and its job's classes (retired ones too)."""
    classes = set(image.job.classes.values_list("index", flat=True))
    return box_sets.parse(raw, width=image.width, height=image.height, classes=classes)


def withdraw_impossible(round: Round) -> int:
    """Withdraw open slots that no active annotator may take any more; how many."""
    people = set(
        Member.objects.filter(
            job=round.job, role=Member.Role.ANNOTATOR, user__is_active=True
        ).values_list("user", flat=True)
    )
    if not people:
        return 0  # the job waits for people; giving all images up would lose them
    used = (
        Assignment.objects.filter(round=round, annotator__in=people)
        .values("image")
        .annotate(n=Count("pk"))
        .filter(n__gt=max(0, len(people) - round.settings["annotators_per_image"]))
    )
    crowded = {row["image"]: row["n"] for row in used}
    withdrawn = 0
    seats = Assignment.objects.filter(round=round, state=State.OPEN, image__in=crowded.keys())
    by_image: dict[int, list[int]] = {}
    for pk, image in seats.values_list("pk", "image"):
        by_image.setdefault(image, []).append(pk)
    for image, pks in by_image.items():
        free = len(people) - crowded[image]
        extra = pks[max(0, free) :]
        withdrawn += Assignment.objects.filter(pk__in=extra, state=State.OPEN).update(
            state=State.WITHDRAWN, reason="nobody left who may take it"
        )
    return withdrawn
