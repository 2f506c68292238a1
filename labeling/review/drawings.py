"""The drawing of a blind check: stored once, before anything of the label leaves the server."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.assignments import answer_content, answers
from labeling.certification.core import blind_drawing, honeypots
from labeling.kernel import disk_space, leases
from labeling.kernel.boxes import Box, without_scores
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Audit


def store(audit: Audit, user: User, raw: object, page: str = "") -> list[Box]:
    """Keep what the checker drew; the label's boxes that it does not match, with a honeypot in half
    of the checks.

    The same drawing again gives the same boxes. Another one is refused, and nobody draws a check
    twice: who knows these boxes cannot draw blind any more.
    """
    disk_space.for_people()
    if not audit.drawn_blind:
        raise Invalid("This check shows the label's boxes: only blind checks are drawn first.")
    drawn = without_scores(answer_content.parse_boxes(audit.image, raw))
    job = audit.round.job
    with transaction.atomic():
        answers.check_not_cancelled(job)
        mine = Audit.objects.held_by(user).filter(pk=audit.pk)
        until = leases.end(job, timezone.now())
        if mine.filter(drawn__isnull=True).update(drawn=drawn, lease_expires_at=until, page=page):
            audit.revealed_to.add(user)
    audit.refresh_from_db()
    if audit.reviewer_id != user.pk or audit.drawn is None:
        raise Conflict("This audit was decided or reassigned.")
    if audit.drawn != drawn:
        raise Conflict(
            "You have sent another drawing of this check before, from another tab or device. That "
            "one counts: reload the page to go on with it."
        )
    return revealed(audit)


def revealed(audit: Audit) -> list[Box]:
    """What the label has besides the stored drawing, and the check's honeypot if it has one, in the
    order in which it is asked about."""
    return blind_drawing.asked_about(audit.predicted, audit.drawn or [], _honeypot(audit))


def _honeypot(audit: Audit) -> Box | None:
    if not audit.counts_as_drawn:
        return None  # only what counts as drawn depends on how credible its checker is
    image, seed = audit.image, audit.round.audit_plan.seed
    size = image.width, image.height
    return honeypots.wrong_box(seed, image.digest, size, audit.predicted, audit.drawn or [])


@dataclass(frozen=True)
class Completed:
    """A blind check's boxes, and what was said of its honeypot: None where it has none."""

    boxes: list[Box]
    missed_honeypot: bool | None


def completed(audit: Audit, given: list[Box]) -> Completed:
    """The stored drawing with the revealed boxes that `given` adds; Invalid for anything else.

    The honeypot never enters the boxes.
    """
    if audit.drawn is None:
        raise Invalid(
            "This check is blind: send your drawing first, then the boxes that it reveals can be "
            "added.",
            where="boxes",
        )
    wrong = _honeypot(audit)
    asked = blind_drawing.asked_about(audit.predicted, audit.drawn, wrong)
    added = blind_drawing.added(given, audit.drawn, asked)
    right = [box for box in added if box != wrong]
    return Completed(audit.drawn + right, None if wrong is None else wrong in added)
