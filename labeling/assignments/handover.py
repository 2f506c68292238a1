"""An assignment changes hands: taken, taken over, taken back after its lease ran out, given up."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from labeling.assignments import overlap
from labeling.kernel import events, leases
from labeling.models import Assignment, Image

State = Assignment.State


def hand_over(found: Assignment, user: User, now: datetime, page: str) -> Assignment | None:
    """The assignment in the person's hands: this one if it was open, a new one if its lease ran
    out; the person's own, if it had expired."""
    claimed = {
        "annotator": user,
        "state": State.CLAIMED,
        "claimed_at": now,
        "page": page,
        "lease_expires_at": leases.end(found.round.job, now),
    }
    same = Assignment.objects.filter(pk=found.pk)
    try:
        with transaction.atomic():
            lock_image(found.image_id)
            own = Assignment.objects.filter(
                round=found.round, image=found.image_id, annotator=user, state=State.EXPIRED
            ).first()
            if found.state == State.OPEN and own is not None:
                place = same.filter(state=State.OPEN).first()
                if place is None or not same.filter(state=State.OPEN).delete()[0]:
                    return None
                place.round, place.image = found.round, found.image
                return _revived(own, place, claimed)
            if found.state == State.OPEN:
                if not same.filter(state=State.OPEN).update(**claimed):
                    return None
                if found.suggested is not None:  # whom it verifies may have changed it meanwhile
                    found.refresh_from_db(fields=["suggested"])
                for name, value in claimed.items():
                    setattr(found, name, value)
                return found
            late = same.filter(leases.ran_out(now), state=State.CLAIMED)
            if not late.update(state=State.EXPIRED):
                return None
            events.record(found.round.job, "assignment_taken_over", user, image=found.image_id)
            if own is not None:
                return _revived(own, found, claimed)
            assignment = overlap.open_again(found, **claimed)
            assignment.round, assignment.image = found.round, found.image
            return assignment
    except IntegrityError:  # the same person claimed an assignment of this image in another tab
        return None


def _revived(own: Assignment, place: Assignment, claimed: dict[str, object]) -> Assignment:
    """An expired assignment in the hands of its person again, in a place that became free."""
    fields = {
        **claimed,
        "slot": place.slot,
        "blank": place.blank,
        "honeypot": None,
        "verify": False,
        "suggested": overlap.carried(place),
    }
    Assignment.objects.filter(pk=own.pk).update(**fields)
    for name, value in fields.items():
        setattr(own, name, value)
    own.round, own.image = place.round, place.image
    return own


def give_up(assignments: "QuerySet[Assignment]") -> None:
    """What is held of these assignments goes to others, where the images still need it."""
    held = assignments.filter(state=State.CLAIMED)
    for assignment in held.select_related("round").order_by("image"):
        with transaction.atomic():
            lock_image(assignment.image_id)
            # an answer may have come since the assignments were read: it counts
            if held.filter(pk=assignment.pk).update(state=State.EXPIRED):
                overlap.offer_again(assignment)


def lock_image(image_id: int) -> None:
    """Hold the image's row to the end of the transaction."""
    # accept_auto locks the image row before it looks for claimed assignments; SQLite has one writer
    if connection.vendor == "postgresql":
        Image.objects.select_for_update().get(pk=image_id)
