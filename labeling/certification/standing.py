"""Where a proof stands: its plan, the checks that count, and how many more the test wants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import QuerySet

from labeling.certification import locked_plans
from labeling.certification.core import counted, document, nested_test
from labeling.certification.core.audit_plan import Plan
from labeling.certification.core.counted import Check
from labeling.kernel.certificate_shapes import Locked
from labeling.models import Audit, AuditPlan, Round

Kind = Audit.Kind


def locked_part(locked: AuditPlan) -> Locked:
    """The audit plan as the document holds it."""
    return {
        "content": locked.content,
        "content_digest": locked.content_digest,
        "server_nonce": locked.server_nonce,
        "reviewer_nonce": locked.reviewer_nonce,
        "seed": locked.seed,
        "order_digest": locked.order_digest,
        "budgets": locked.budgets,
    }


Place = tuple[Audit, Audit | None]  # the first check of an image, the one made in its stead


def places(round: Round) -> list[Place]:
    """The audits of the locked order that count, up to the first gap.

    What was decided after the proof was complete has no value (`verdicts.decide`). Where all
    checks are blind and the first of an image was drawn incompletely, its place waits for the
    second, if there is to be one.
    """
    if not round.settings.blind_checks:
        return [(first, None) for first in _firsts(round)]
    rows = round.audits.filter(kind="certificate", blind=True)  # type: ignore[attr-defined]
    seconds = {audit.image_id: audit for audit in rows}
    found: list[Place] = []
    for first in _firsts(round):
        second = seconds.get(first.image_id) if first.is_incomplete else None
        if second is not None and second.value is None:
            break
        found.append((first, second))
    return found


def _firsts(round: Round) -> list[Audit]:
    placed = round.audits.filter(kind="certificate", blind=False, position__isnull=False)  # type: ignore[attr-defined]
    rows = placed.order_by("position")
    gap = rows.filter(value=None).values_list("position", flat=True).first()
    known = list(rows if gap is None else rows.filter(position__lt=gap))
    # a place without a row (its image was excluded before the order was drawn) is a gap, too
    return [audit for place, audit in enumerate(known) if audit.position == place]


@dataclass(frozen=True)
class Standing:
    """Where a locked round's test stands."""

    plan: Plan
    values: list[float]  # of the gapless prefix

    @cached_property
    def test(self) -> nested_test.Wealth:
        """The test after these values."""
        return nested_test.run_test(self.plan, self.values)

    @property
    def needed(self) -> int:
        """How many draws of the locked order the test wants, as it stands now: none more where no
        further draw can show anything."""
        shown_after = self.test.decided_after
        if shown_after is None:
            return len(self.values) if self.test.stuck else self.plan.budget
        return shown_after


def standing(locked: AuditPlan) -> Standing:
    """The plan and what has been checked of it so far."""
    values = counted_values(places(locked.round))
    return Standing(plan_for(locked, values), values)


def counted_values(audits: Sequence[Place]) -> list[float]:
    """What the checks of a gapless prefix count, by how credible their checkers are."""
    return counted.values(
        (check_of(first), check_of(second) if second else None) for first, second in audits
    )


def check_of(audit: Audit) -> Check:
    """A decided check as its value depends on it."""
    return Check(
        audit.reviewer_id or 0,
        audit.value or 0.0,
        audit.drawn_value or 0.0,
        audit.found or 0,
        audit.added,
        audit.missed_honeypot,
    )


def plan_for(locked: AuditPlan, values: Sequence[float]) -> Plan:
    """As core.document.plan_for, from what was read of the audit plan before."""
    known = locked_plans.locked_plan(locked)
    budgets = document.budgets_of(locked.budgets)
    return document.plan_for(replace(known.plan, budgets=budgets), known.content, values)


def needed(round: Round) -> int:
    """How many draws of the locked order the test wants, as it stands now."""
    locked = AuditPlan.objects.filter(round=round).first()
    if locked is None:
        return 0
    return standing(locked).needed


def undecided(round: Round) -> "QuerySet[Audit]":
    """Certificate audits that must still be judged before the round can move on."""
    rows = round.audits.filter(kind=Kind.CERTIFICATE).undecided()  # type: ignore[attr-defined]
    return rows.filter(position__lt=needed(round))  # type: ignore[no-any-return]


def awaited(round: Round) -> "QuerySet[Audit]":
    """Of these, those that the round waits for: second checks that only measure may stay undone."""
    rows = undecided(round)
    if not round.settings.blind_checks:
        return rows
    images = rows.filter(blind=True).values("image")
    firsts = round.audits.filter(kind=Kind.CERTIFICATE, blind=False, image__in=images)  # type: ignore[attr-defined]
    complete = [first.image_id for first in firsts if not first.is_incomplete]
    return rows.exclude(blind=True, image__in=complete)
