"""Checks of machine labels: which are due, who takes them, where the frozen order stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from labeling.core import audit_plan, certificate, document
from labeling.core.audit_plan import Plan
from labeling.errors import NotAllowed
from labeling.models import Audit, Freeze, Job, Label, Member, Round
from labeling.services import leases, sealed

Kind = Audit.Kind


def frozen_part(frozen: Freeze) -> dict[str, Any]:
    """The freeze as the document holds it."""
    return {
        "content": frozen.content,
        "content_digest": frozen.content_digest,
        "seed": frozen.seed,
        "order_digest": frozen.order_digest,
        "budgets": frozen.budgets,
    }


def prefix(round: Round) -> list[Audit]:
    """The audits of the frozen order that count, up to the first gap.

    What was decided after the proof was complete has no value (`verdicts.decide`).
    """
    rows = round.audits.filter(kind="certificate", blind=False).order_by("position")  # type: ignore[attr-defined]
    gap = rows.filter(value=None).values_list("position", flat=True).first()
    # the rows behind the gap only hold their places, and may be 100,000
    return list(rows if gap is None else rows.filter(position__lt=gap))


@dataclass(frozen=True)
class Standing:
    """Where a frozen round's test stands."""

    plan: Plan
    values: list[float]  # of the gapless prefix
    freeing: float  # what their mean is to be multiplied by (core.blind)

    @cached_property
    def test(self) -> certificate.Wealth:
        """The test after these values."""
        return certificate.run_test(self.plan, self.values)

    @property
    def needed(self) -> int:
        """How many draws of the frozen order the test wants, as it stands now."""
        shown_after = self.test.decided_after
        return self.plan.budget if shown_after is None else shown_after


def standing(frozen: Freeze) -> Standing:
    """The plan and what has been checked of it so far."""
    draws = prefix(frozen.round)
    told = [{"predicted": a.predicted, "boxes": a.boxes, "value": a.value} for a in draws]
    plan, factor = plan_for(frozen, told)
    return Standing(plan, [a.value for a in draws if a.value is not None], factor)


def plan_for(frozen: Freeze, draws: Sequence[Mapping[str, Any]]) -> tuple[Plan, float]:
    """As core.document.plan_for, from what was read of the freeze before."""
    known = sealed.of(frozen)
    budgets = document.budgets_of(frozen.budgets)
    return document.plan_for(replace(known.plan, budgets=budgets), known.content, draws)


def needed(round: Round) -> int:
    """How many draws of the frozen order the test wants, as it stands now."""
    frozen = Freeze.objects.filter(round=round).first()
    if frozen is None:
        return 0
    return standing(frozen).needed


def undecided(round: Round) -> "QuerySet[Audit]":
    """Certificate audits that must still be judged before the round can move on."""
    rows = round.audits.filter(kind=Kind.CERTIFICATE).undecided()  # type: ignore[attr-defined]
    return rows.filter(position__lt=needed(round))  # type: ignore[no-any-return]


def claimable(job: Job, user: User, now: datetime) -> "QuerySet[Audit]":
    """Audits this person may take, in order: the certificate's first, then the watch.

    A blind check comes from someone else than the shown one; where one person does both, blind
    comes first, so that the boxes cannot lean on what was seen.
    """
    free = Q(reviewer=None) | leases.ran_out(now)
    rows = Audit.objects.undecided().filter(free, round__job=job)
    open_round = job.rounds.filter(state=Round.State.AUDITING, closed_at=None).first()
    due = Q(kind=Kind.WATCH, label__revoked_at__isnull=True)
    if open_round is not None:
        due |= Q(pk__in=undecided(open_round).values("pk"))
    # only of a proof: a twin that the proof did not need stays undecided, and must not keep the
    # image's watch check from everyone
    twin = Audit.objects.filter(
        round=OuterRef("round"), image=OuterRef("image"), kind=Kind.CERTIFICATE
    )
    proof = Q(kind=Kind.CERTIFICATE)
    others = _reviewers(job).exclude(user=user).exists()
    if others:
        other = twin.exclude(pk=OuterRef("pk"))
        rows = rows.exclude(proof, Exists(other.filter(reviewer=user)))
        # who once had the other check has seen it, and waits for someone who has not, if any
        rows = rows.exclude(proof, Exists(other.filter(had_by=user)), Exists(_new_to_image(job)))
    else:
        rows = rows.exclude(proof, Q(blind=False), Exists(twin.filter(blind=True, verdict="")))
    return rows.filter(due).order_by("kind", "position", "-blind")


def _new_to_image(job: Job) -> "QuerySet[Member]":
    """For a subquery of audits: reviewers who never had a check of the proof on the image."""
    had = Audit.objects.filter(
        Q(reviewer=OuterRef("user")) | Q(had_by=OuterRef("user")),
        round=OuterRef(OuterRef("round")), image=OuterRef(OuterRef("image")), kind=Kind.CERTIFICATE,
    )  # fmt: skip
    return _reviewers(job).exclude(Exists(had))


def _reviewers(job: Job) -> "QuerySet[Member]":
    return job.members.filter(
        role__in=(Member.Role.REVIEWER, Member.Role.MANAGER), user__is_active=True
    )


def claim_next(job: Job, user: User, *, count: int = 2, page: str = "") -> list[Audit]:
    """The audits the person holds, renewed for `page`, topped up to `count`."""
    if not _reviewers(job).filter(user=user).exists():
        raise NotAllowed("Only members of the job check auto-labels: join it as a reviewer.")
    now = timezone.now()
    held = leases.keep(held_audits(job, user), job, user, page, now)
    if job.state in (Job.State.PAUSED, Job.State.CANCELLED):
        return held
    missing = count - len(held)
    rows = claimable(job, user, now).values_list("pk", "image")[: max(0, missing) * 4]
    for pk, image in rows:
        # never both checks of one image in one hand, also not within one call
        if missing <= 0 or image in {a.image_id for a in held}:
            continue
        if taken := _take(job, pk, user, now, page):
            held.append(taken)
            missing -= 1
    return held


def held_audits(job: Job, user: User) -> "QuerySet[Audit]":
    """The checks this person has in hand."""
    mine = Audit.objects.held_by(user).wanted().filter(round__job=job)
    return mine.select_related("image", "round", "label")


def _take(job: Job, pk: int, user: User, now: datetime, page: str) -> Audit | None:
    """The check in this person's hands, if it is free; who held it before is remembered."""
    with transaction.atomic():
        audit = Audit.objects.select_related("image", "round", "label").get(pk=pk)
        before = audit.reviewer_id
        free = Q(reviewer=None) | Q(leases.ran_out(now), reviewer=before)
        until = leases.end(job, now)
        if not Audit.objects.filter(free, pk=pk, verdict="").update(
            reviewer=user, claimed_at=now, lease_expires_at=until, page=page
        ):
            return None
        if before is not None and before != user.pk:
            audit.had_by.add(before)
        audit.reviewer, audit.lease_expires_at, audit.page = user, until, page
    return audit


def sample_watch(round: Round) -> int:
    """Choose the accepted images that reviewers will still see; the same ones at every call."""
    share = round.settings["watch_share"]
    seed = f"{round.job.seed}:{round.number}"
    rows = Label.objects.active().auto().filter(round=round).select_related("image")
    chosen = [label for label in rows if audit_plan.sampled(label.image.digest, seed, share)]
    order = audit_plan.audit_order([label.image.digest for label in chosen], seed)
    Audit.objects.bulk_create(
        [
            Audit(
                round=round, image=chosen[i].image, kind=Kind.WATCH, position=position,
                predicted=chosen[i].boxes, confidence=chosen[i].confidence, label=chosen[i],
            )
            for position, i in enumerate(order)
        ],
        ignore_conflicts=True, batch_size=500,
    )  # fmt: skip
    return len(order)
