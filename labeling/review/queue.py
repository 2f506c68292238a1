"""Checks of machine labels: which are due, who takes them, where the locked order stands."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from labeling.certification import standing
from labeling.kernel import leases
from labeling.kernel.errors import NotAllowed
from labeling.models import Audit, Job, Member, Round
from labeling.review import second_checks

Kind = Audit.Kind


def claimable(job: Job, user: User, now: datetime) -> "QuerySet[Audit]":
    """Audits this person may take, in order: the certificate's first, then the monitoring sample.

    Nobody gets a blind check again whose label was revealed to them: while they hold it they finish
    it with their stored drawing, afterwards others draw it.

    A blind check comes from someone else than the shown one; where one person does both, blind
    comes first, so that the boxes cannot lean on what was seen.
    """
    free = Q(reviewer=None) | leases.ran_out(now)
    rows: QuerySet[Audit] = Audit.objects.undecided().filter(free, round__job=job)
    rows = rows.exclude(revealed_to=user)
    open_round = job.rounds.filter(state=Round.State.AUDITING, closed_at=None).first()
    due = Q(kind=Kind.MONITORING, label__revoked_at__isnull=True)
    if open_round is not None:
        due |= Q(pk__in=standing.undecided(open_round).values("pk"))
    # only of a proof: a twin that the proof did not need stays undecided, and must not keep the
    # image's monitoring check from everyone
    twin = Audit.objects.filter(
        round=OuterRef("round"), image=OuterRef("image"), kind=Kind.CERTIFICATE
    )
    proof = Q(kind=Kind.CERTIFICATE)
    others = job.members.reviewers().exclude(user=user).exists()
    if open_round is not None and open_round.settings.blind_checks:
        rows = _of_blind_proof(rows, open_round, user, proof)
    elif others:
        other = twin.exclude(pk=OuterRef("pk"))
        rows = rows.exclude(proof, Exists(other.filter(reviewer=user)))
        # who once had the other check has seen it, and waits for someone who has not, if any
        rows = rows.exclude(proof, Exists(other.filter(had_by=user)), Exists(_new_to_image(job)))
    else:
        rows = rows.exclude(proof, Q(blind=False), Exists(twin.filter(blind=True, verdict="")))
    return rows.filter(due).order_by("kind", "position", "-blind")


def _of_blind_proof(
    rows: "QuerySet[Audit]", round: Round, user: User, proof: Q
) -> "QuerySet[Audit]":
    """Second checks only of what someone else has drawn; nothing for those who were stopped, unless
    all were: then they go on, for no proof waits for ever, and it shows nothing."""
    if is_stopped(round, user):
        return rows.exclude(proof)
    firsts = Audit.objects.filter(
        round=OuterRef("round"), image=OuterRef("image"), kind=Kind.CERTIFICATE, blind=False
    )
    rows = rows.exclude(proof, Q(blind=True), ~Exists(firsts.decided()))
    return rows.exclude(
        proof, Q(blind=True), Exists(firsts.filter(Q(reviewer=user) | Q(revealed_to=user)))
    )


def is_stopped(round: Round, user: User) -> bool:
    """Whether others make what is left of a proof, because this person's drawings lack too much."""
    out = second_checks.stopped(round)
    return user.pk in out and round.job.members.reviewers().exclude(user__in=out).exists()


def stopped_now(job: Job, user: User) -> bool:
    """The same of the proof that is audited now."""
    open_round = job.rounds.filter(state=Round.State.AUDITING, closed_at=None).first()
    return open_round is not None and is_stopped(open_round, user)


def left_to_others(job: Job, user: User) -> bool:
    """Whether a check of the proof is free that this person may not draw again."""
    free = Q(reviewer=None) | leases.ran_out(timezone.now())
    rows = Audit.objects.undecided().wanted().filter(free, round__job=job, revealed_to=user)
    return rows.filter(kind=Kind.CERTIFICATE).exists()


def _new_to_image(job: Job) -> "QuerySet[Member]":
    """For a subquery of audits: reviewers who never had a check of the proof on the image."""
    had = Audit.objects.filter(
        Q(reviewer=OuterRef("user")) | Q(had_by=OuterRef("user")),
        round=OuterRef(OuterRef("round")),
        image=OuterRef(OuterRef("image")),
        kind=Kind.CERTIFICATE,
    )
    return job.members.reviewers().exclude(Exists(had))


def claim_next(job: Job, user: User, *, count: int = 2, page: str = "") -> list[Audit]:
    """The audits the person holds, renewed for `page`, topped up to `count`."""
    if not job.members.reviewers().filter(user=user).exists():
        raise NotAllowed("Only reviewers of the job audit auto-labels.")
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
    """The check in this person's hands, if it is free; who held it before is remembered.

    What another one drew goes: they have seen the label since, so it cannot be gone on with.
    """
    with transaction.atomic():
        audit = Audit.objects.select_related("image", "round", "label").get(pk=pk)
        before = audit.reviewer_id
        free = Q(reviewer=None) | Q(leases.ran_out(now), reviewer=before)
        until = leases.end(job, now)
        if not Audit.objects.filter(free, pk=pk, verdict="").update(
            reviewer=user, claimed_at=now, lease_expires_at=until, page=page, drawn=None
        ):
            return None
        if before is not None and before != user.pk:
            audit.had_by.add(before)
        audit.reviewer, audit.lease_expires_at, audit.page = user, until, page
        audit.drawn = None
    return audit
