"""The closing round's proof: its budget, its document, and what is accepted."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from labeling.certification import locked_plans, order, publication, standing
from labeling.certification.core import document, plan_content
from labeling.consolidation import labels
from labeling.kernel import events
from labeling.kernel.certificate_shapes import CandidateLabel, Draw, Origin
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.json_shapes import LabelDetail
from labeling.ledger.steps import Lease
from labeling.models import Audit, AuditPlan, Certificate, Image, Label, Round

CHUNK = 200


def raise_budget(round: Round, budget: int, by: User | None) -> None:
    """Allow more audits while auditing; the same wealth goes on with a longer horizon."""
    with transaction.atomic():
        locked = AuditPlan.objects.select_for_update().filter(round=round).first()
        round.refresh_from_db()
        if locked is None or round.state != Round.State.AUDITING:
            raise Conflict("Only a round that is being audited has a budget to raise.")
        stand = standing.standing(locked)
        if budget <= stand.plan.budget:
            raise Invalid(f"The budget is {stand.plan.budget} already.", where="budget")
        if not stand.test.complete and stand.test.stuck:
            raise Conflict(
                "No number of further checks can show the next set: its test has staked "
                "everything on fewer faults than were found. People will get the images."
            )
        locked.budgets = [*map(list, stand.plan.budgets), [len(stand.values), budget]]
        locked.save(update_fields=["budgets"])
        order.place_more(locked, budget)
        events.record(round.job, "budget_raised", by, round=round.number, budget=budget)


def conclude(round: Round, lease: Lease, code: Callable[[], str]) -> Certificate | None:
    """Write the certificate once, then label what it names; `code` gives the program's digest."""
    locked = AuditPlan.objects.filter(round=round).first()
    if locked is None:
        return None
    row = Certificate.objects.filter(round=round).first() or _write(round, locked, lease, code)
    if row.outcome == "certified":
        _accept(round, row, lease)
    _keep_checked(round, lease)
    return row


def _write(round: Round, locked: AuditPlan, lease: Lease, code: Callable[[], str]) -> Certificate:
    earlier = AuditPlan.objects.filter(round__job=round.job, attempt__lt=locked.attempt)
    papers = Certificate.objects.filter(round__job=round.job)
    digests = dict(papers.values_list("round", "digest"))
    about: Origin = {
        "job": round.job.name,
        "round": round.number,
        "earlier_attempts": [
            {
                "round": f.round.number,
                "level": locked_plans.locked_plan(f).content["level"],
                "content_digest": f.content_digest,
                "certificate": digests.get(f.round_id),
            }
            for f in earlier.select_related("round").order_by("attempt")
        ],
        "locked_at": locked.locked_at.isoformat(),
        "code": code(),
    }
    rows = round.audits.filter(kind="certificate", blind=True, value__isnull=False)  # type: ignore[attr-defined]
    blind = {audit.image_id: audit for audit in rows}
    places = standing.places(round)
    numbers: dict[int | None, int] = {}  # people have no names in the file
    draws = [
        _draw(first, numbers, value, blind.get(first.image_id))
        for (first, _), value in zip(places, standing.counted_values(places), strict=True)
    ]
    paper = document.build(about, standing.locked_part(locked), draws, settings.SIGNING_KEY)
    with lease.fenced():
        row = Certificate.objects.create(
            round=round,
            attempt=locked.attempt,
            outcome=paper["result"]["outcome"],
            document=paper,
            digest=paper["digest"],
        )
        events.record(
            round.job,
            f"certificate_{row.outcome}",
            None,
            round=round.number,
            images=paper["result"]["certified_images"],
            audited=len(draws),
        )
    publication.mail_certificate(row)
    return row


def _draw(audit: Audit, numbers: dict[int | None, int], value: float, blind: Audit | None) -> Draw:
    def number(who: int | None) -> int:
        return numbers.setdefault(who, len(numbers) + 1)

    return {
        "image": audit.image.digest,
        "size": [audit.image.width, audit.image.height],
        "checker": number(audit.reviewer_id),
        "verdict": audit.verdict,
        "predicted": audit.predicted,
        "drawn": audit.drawn,
        "boxes": audit.boxes,
        "missed_honeypot": audit.missed_honeypot,
        "value": value,
        "blind_checker": number(blind.reviewer_id) if blind else None,
        "blind_missed_honeypot": blind.missed_honeypot if blind else None,
        "blind_drawn": blind.drawn if blind else None,
        "blind_boxes": blind.boxes if blind else None,
        "blind_value": blind.value if blind else None,
    }


def candidate_labels(row: Certificate) -> Iterator[CandidateLabel]:
    """The boxes of every image that was put to the proof, as they were locked."""
    rows = row.round.audits.filter(kind="certificate", blind=False).order_by("image__digest")  # type: ignore[attr-defined]
    for key, boxes in rows.values_list("image__digest", "predicted").iterator():
        yield {"image": key, "boxes": boxes}


def _accept(round: Round, row: Certificate, lease: Lease) -> None:
    """The certified set's unchecked images become auto-labels, in chunks."""
    shown = plan_content.shown_in(row.document["result"])
    # What someone has checked keeps the checker's boxes; what could not be judged goes to people.
    rows = round.audits.filter(  # type: ignore[attr-defined]
        kind="certificate", blind=False, rank__in=shown, verdict=""
    ).select_related("image")
    pending = list(rows)
    content = row.document["locked"]["content"]
    detail: LabelDetail = {"certificate": row.digest}
    detail.update(content["about"])  # type: ignore[typeddict-item]  # all of it is optional there

    def threshold(audit: Audit) -> float:
        rank = audit.rank if plan_content.by_class(content) else None
        return content["sets"][shown[-1] if rank is None else rank]["threshold"]

    for start in range(0, len(pending), CHUNK):
        chunk = pending[start : start + CHUNK]
        with lease.fenced():
            # a verdict that comes late takes the same lock: it is here already, or replaces these
            AuditPlan.objects.select_for_update().get(round=round)
            open_yet = set(rows.filter(pk__in=[a.pk for a in chunk]).values_list("pk", flat=True))
            labels.accept_auto(
                round,
                [
                    (
                        a.image,
                        a.predicted,
                        a.confidence or 0.0,
                        detail | {"threshold": threshold(a)},
                    )
                    for a in chunk
                    if a.pk in open_yet
                ],
            )
        lease.renew(min(start + CHUNK, len(pending)), len(pending))


def _keep_checked(round: Round, lease: Lease) -> None:
    """Every image an auditor judged keeps the auditor's boxes, certified or not: of the second
    check where the first was made again."""
    rows = round.audits.decided().filter(kind="certificate").select_related("image", "reviewer")  # type: ignore[attr-defined]
    seconds = {a.image_id: a for a in rows.filter(blind=True)}
    firsts = rows.filter(blind=False).select_related("round")
    kept = [seconds.get(a.image_id, a) if a.is_incomplete else a for a in firsts]
    unlabeled = set(round.job.images.unlabeled().values_list("pk", flat=True))
    pending = [a for a in kept if a.image_id in unlabeled and a.boxes is not None]
    for start in range(0, len(pending), CHUNK):
        with lease.fenced():
            for a in pending[start : start + CHUNK]:
                labels.accept(
                    a.image,
                    a.boxes or [],
                    Label.Source.REVIEWER,
                    round=round,
                    by=a.reviewer,
                    confidence=1.0,
                    detail={"audit": a.pk},
                )
                Image.objects.filter(pk=a.image_id, split="").update(split=Image.Split.TRAINING)
