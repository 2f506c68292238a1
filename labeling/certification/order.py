"""Draws the order of the checks once a reviewer has given a number, and tells what was drawn."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.certification.core import document, seed
from labeling.kernel import digests, events, sampling
from labeling.kernel.certificate_shapes import Receipt
from labeling.kernel.errors import Conflict
from labeling.models import Audit, AuditPlan, Job, Round


def undrawn_plan(job: Job) -> AuditPlan | None:
    """The plan that waits for a reviewer's number."""
    if job.state != Job.State.RUNNING:
        return None
    plans = AuditPlan.objects.filter(round__job=job, round__state=Round.State.AUDITING, seed="")
    return plans.select_related("round__job").first()


def draw(plan: AuditPlan, user: User, nonce: str) -> Receipt | None:
    """Fix the order by this number; the giver's receipt, None if somebody else was first.

    Saying the same again gives the same receipt.
    """
    nonce = seed.parse_nonce(nonce)
    with transaction.atomic():
        plan = AuditPlan.objects.select_for_update().select_related("round__job").get(pk=plan.pk)
        round = plan.round
        if plan.seed:
            return receipt_of(plan, user) if plan.reviewer_nonce == nonce else None
        if round.state != Round.State.AUDITING or round.job.state != Job.State.RUNNING:
            raise Conflict("No audit waits for a number now.")
        plan.reviewer_nonce, plan.reviewer, plan.drawn_at = nonce, user, timezone.now()
        plan.seed = seed.seed_of(plan.server_nonce, nonce)
        keys = _keys(plan)
        plan.order_digest = digests.digest(keys)
        plan.save(update_fields=["reviewer_nonce", "reviewer", "drawn_at", "seed", "order_digest"])
        _place(plan, keys[: max(plan.content["most_checks"], plan.budgets[-1][1])])
        events.record(round.job, "order_drawn", user, round=round.number, plan=plan.content_digest)
    return receipt_of(plan, user)


def place_more(plan: AuditPlan, budget: int) -> None:
    """Number as many images as a raised budget may check (inside a transaction that has locked the
    plan)."""
    if plan.seed:
        _place(plan, _keys(plan)[:budget])


def _keys(plan: AuditPlan) -> list[str]:
    """The images put to the proof, in the order that the seed gives."""
    candidates = plan.content["candidates"]
    return [candidates[i][0] for i in document.order_of(plan.content, plan.seed)]


def _place(plan: AuditPlan, keys: list[str]) -> None:
    """Number these first images of the order; one in five gets a second, blind check where checkers
    see the boxes.

    An image that was excluded since the plan was locked has no row: its place stays empty.
    """
    waiting = plan.round.audits.filter(kind=Audit.Kind.CERTIFICATE, blind=False, position=None)  # type: ignore[attr-defined]
    rows = waiting.filter(image__digest__in=keys).select_related("image")
    by_key = {audit.image.digest: audit for audit in rows}
    placed = [(by_key[key], place) for place, key in enumerate(keys) if key in by_key]
    for audit, place in placed:
        audit.position = place
    Audit.objects.bulk_update([audit for audit, _ in placed], ["position"])
    if plan.content["drawn_blind"]:
        return
    Audit.objects.bulk_create(
        Audit(
            round=plan.round,
            image_id=audit.image_id,
            kind=audit.kind,
            position=place,
            blind=True,
            rank=audit.rank,
            predicted=audit.predicted,
            confidence=audit.confidence,
        )
        for audit, place in placed
        if sampling.drawn_blind(audit.image.digest, plan.seed)
    )


def receipt_of(plan: AuditPlan, user: User) -> Receipt | None:
    """What this person keeps of the number they gave; None if another one gave it."""
    if plan.reviewer_id != user.pk or plan.drawn_at is None:
        return None
    return seed.receipt(
        settings.SIGNING_KEY,
        plan.round.job.name,
        plan.content_digest,
        plan.reviewer_nonce,
        plan.drawn_at.isoformat(),
    )
