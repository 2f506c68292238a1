"""The closing round's proof: freeze, wealth after each verdict, the document, what is accepted."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.core import certificate, document
from labeling.core.boxes import Box
from labeling.errors import Conflict, Invalid
from labeling.models import Audit, CandidateSet, Certificate, Freeze, Image, Label, Round
from labeling.services import audits, events, labels, selecting
from labeling.services.steps import Lease

CHUNK = 200


@dataclass(frozen=True)
class Candidate:
    """One image of the loosest set, as the detector sees it."""

    image: Image
    rank: int  # strictest set that holds it
    confidence: float
    boxes: list[Box]


def freeze(
    round: Round,
    lease: Lease,
    candidates: Sequence[Candidate],
    thresholds: Sequence[float],
    budget: int,
    about: dict[str, Any],
) -> Freeze | None:
    """Fix everything a proof depends on, then draw the seed; one transaction, done once.

    Images in someone's hands stay outside. `about` names detector, weights, score cut and
    confidence rule. None if nothing is left to prove. Open seats of the frozen images go.
    """
    if existing := Freeze.objects.filter(round=round).first():
        return existing
    with lease.fenced():
        free = _not_in_hands(round, candidates)
        used = sorted({c.rank for c in free})
        if not free:
            return None
        # Sets that lost all their own images are the same set as the next stricter one.
        renumbered = {rank: i for i, rank in enumerate(used)}
        sizes = [sum(c.rank <= rank for c in free) for rank in used]
        attempt = Freeze.objects.filter(round__job=round.job).count() + 1
        content = {
            "about": about,
            "target": round.settings["target_quality"],
            "level": round.settings["risk"] * 2.0**-attempt,
            "budget": budget,
            "sets": [
                {"threshold": float(thresholds[rank]), "size": size}
                for rank, size in zip(used, sizes, strict=True)
            ],
            "candidates": sorted([c.image.digest, renumbered[c.rank]] for c in free),
            "predictions": document.digest(
                sorted([c.image.digest, document.digest(c.boxes)] for c in free)
            ),
        }
        sealed = document.digest(content)
        seed = _seed(round, sealed)
        order = certificate.audit_order([key for key, _ in content["candidates"]], seed)
        keys = [content["candidates"][i][0] for i in order]
        frozen = Freeze.objects.create(
            round=round, attempt=attempt, target=content["target"], level=content["level"],
            content=content, content_digest=sealed, seed=seed,
            order_digest=document.digest(keys), budgets=[[0, min(budget, len(free))]],
        )  # fmt: skip
        _write_audits(round, free, renumbered, keys, seed)
        CandidateSet.objects.bulk_create(
            [
                CandidateSet(round=round, rank=i, threshold=s["threshold"], size=s["size"])
                for i, s in enumerate(content["sets"])
            ]
        )
        audits.withdraw_frozen(round, [c.image.pk for c in free])
        events.record(
            round.job, "sets_frozen", None,
            round=round.number, images=len(free), sets=len(used), budget=budget, attempt=attempt,
        )  # fmt: skip
    return frozen


def _not_in_hands(round: Round, candidates: Sequence[Candidate]) -> list[Candidate]:
    held = set(
        round.assignments.filter(state__in=("claimed", "submitted")).values_list("image", flat=True)  # type: ignore[attr-defined]
    )
    free = set(round.job.images.unlabeled().values_list("pk", flat=True)) - held
    return [c for c in candidates if c.image.pk in free]


def _seed(round: Round, sealed: str) -> str:
    """Drawn only after the content is sealed; a rehearsal fixes it to repeat itself."""
    if round.job.audit_seed:
        return hashlib.sha256(f"{round.job.audit_seed}|{round.number}".encode()).hexdigest()
    return hashlib.sha256(f"{secrets.token_hex(32)}|{sealed}".encode()).hexdigest()


def _write_audits(
    round: Round, free: Sequence[Candidate], ranks: dict[int, int], keys: Sequence[str], seed: str
) -> None:
    by_key = {c.image.digest: c for c in free}
    rows = []
    for position, key in enumerate(keys):
        c = by_key[key]
        twins = (False, True) if certificate.drawn_blind(key, seed) else (False,)
        rows += [
            Audit(
                round=round, image=c.image, kind=Audit.Kind.CERTIFICATE, position=position,
                blind=blind, rank=ranks[c.rank], predicted=c.boxes, confidence=c.confidence,
            )
            for blind in twins
        ]  # fmt: skip
    Audit.objects.bulk_create(rows, batch_size=500)


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
    """The decided audits of the frozen order up to its first gap."""
    rows: list[Audit] = []
    for audit in round.audits.filter(kind="certificate", blind=False).order_by("position"):  # type: ignore[attr-defined]
        if not audit.verdict:
            break
        rows.append(audit)
    return rows


def needed(round: Round) -> int:
    """How many draws of the frozen order the test wants, as it stands now."""
    frozen = Freeze.objects.filter(round=round).first()
    if frozen is None:
        return 0
    plan = document.plan_of(frozen_part(frozen))
    test = certificate.run_test(plan, [a.value for a in prefix(round) if a.value is not None])
    return plan.budget if test.decided_after is None else test.decided_after


def update_wealth(round: Round) -> None:
    """Store where the test stands; a set once certified stays certified."""
    with transaction.atomic():
        # a verdict is withdrawn under the same lock: either before the test reads it, or never
        frozen = Freeze.objects.select_for_update().get(round=round)
        plan = document.plan_of(frozen_part(frozen))
        values = [a.value for a in prefix(round) if a.value is not None]
        test = certificate.run_test(plan, values)
        now = timezone.now()
        for row in CandidateSet.objects.filter(round=round):
            CandidateSet.objects.filter(pk=row.pk).update(wealth=float(test.wealth[row.rank]))
            if row.rank < test.certified:
                CandidateSet.objects.filter(pk=row.pk, certified_at=None).update(certified_at=now)


def raise_budget(round: Round, budget: int, by: User | None) -> None:
    """Allow more audits while auditing; the same wealth goes on with a longer horizon."""
    with transaction.atomic():
        frozen = Freeze.objects.select_for_update().filter(round=round).first()
        round.refresh_from_db()
        if frozen is None or round.state != Round.State.AUDITING:
            raise Conflict("Only a round that is being audited has a budget to raise.")
        if budget <= frozen.budgets[-1][1]:
            raise Invalid(f"The budget is {frozen.budgets[-1][1]} already.", where="budget")
        frozen.budgets = [*frozen.budgets, [len(prefix(round)), budget]]
        frozen.save(update_fields=["budgets"])
        events.record(round.job, "budget_raised", by, round=round.number, budget=budget)


def conclude(round: Round, lease: Lease, code: Callable[[], str]) -> Certificate | None:
    """Write the certificate once, then label what it names; `code` gives the program's digest."""
    frozen = Freeze.objects.filter(round=round).first()
    if frozen is None:
        return None
    row = Certificate.objects.filter(round=round).first() or _write(round, frozen, lease, code)
    if row.outcome == "certified":
        _accept(round, row, lease)
    _keep_checked(round, lease)
    return row


def _write(round: Round, frozen: Freeze, lease: Lease, code: Callable[[], str]) -> Certificate:
    earlier = Freeze.objects.filter(round__job=round.job, attempt__lt=frozen.attempt)
    about = {
        "job": round.job.name,
        "round": round.number,
        "attempt": frozen.attempt,
        "risk": round.settings["risk"],
        "earlier_attempts": [
            {"round": f.round.number, "level": f.level, "content_digest": f.content_digest}
            for f in earlier.select_related("round").order_by("attempt")
        ],
        "frozen_at": frozen.frozen_at.isoformat(),
        "code": code(),
    }
    test_length = len(prefix(round))
    blind = {
        a.image_id: a
        for a in round.audits.filter(kind="certificate", blind=True).decided()  # type: ignore[attr-defined]
    }
    draws = [_draw(audit, blind.get(audit.image_id)) for audit in prefix(round)[:test_length]]
    paper = document.build(about, frozen_part(frozen), draws)
    with lease.fenced():
        row = Certificate.objects.create(
            round=round, attempt=frozen.attempt, outcome=paper["result"]["outcome"],
            document=paper, digest=paper["digest"],
        )  # fmt: skip
        events.record(
            round.job, f"certificate_{row.outcome}", None,
            round=round.number, images=paper["result"]["certified_images"], audited=len(draws),
        )  # fmt: skip
    return row


def _draw(audit: Audit, blind: Audit | None) -> dict[str, Any]:
    return {
        "image": audit.image.digest,
        "verdict": audit.verdict,
        "predicted": audit.predicted,
        "boxes": audit.boxes,
        "value": audit.value,
        "blind_boxes": blind.boxes if blind else None,
        "blind_value": blind.value if blind else None,
    }


def _accept(round: Round, row: Certificate, lease: Lease) -> None:
    """The certified set's unchecked images become auto-labels, in chunks."""
    shown = row.document["result"]["sets_certified"]
    sets = {s.rank: s for s in CandidateSet.objects.filter(round=round)}
    # What someone has checked keeps the checker's boxes; what could not be judged goes to people.
    rows = round.audits.filter(  # type: ignore[attr-defined]
        kind="certificate", blind=False, rank__lt=shown, verdict=""
    ).select_related("image")
    pending = list(rows)
    detail = {
        "certificate": row.digest,
        "threshold": sets[shown - 1].threshold,
        **row.document["frozen"]["content"]["about"],
    }
    for start in range(0, len(pending), CHUNK):
        chunk = pending[start : start + CHUNK]
        with lease.fenced():
            labels.accept_auto(
                round, [(a.image, a.predicted, a.confidence or 0.0, detail) for a in chunk]
            )
        lease.renew(min(start + CHUNK, len(pending)), len(pending))


def _keep_checked(round: Round, lease: Lease) -> None:
    """Every image an auditor judged keeps the auditor's boxes, certified or not."""
    rows = round.audits.filter(  # type: ignore[attr-defined]
        kind="certificate", blind=False, verdict__in=("approved", "corrected")
    ).select_related("image", "reviewer")
    unlabeled = set(round.job.images.unlabeled().values_list("pk", flat=True))
    pending = [a for a in rows if a.image_id in unlabeled]
    for start in range(0, len(pending), CHUNK):
        with lease.fenced():
            for a in pending[start : start + CHUNK]:
                labels.accept(
                    a.image, a.boxes, Label.Source.REVIEWER, round=round, by=a.reviewer,
                    confidence=1.0, detail={"audit": a.pk},
                )  # fmt: skip
                Image.objects.filter(pk=a.image_id, split="").update(split=Image.Split.TRAINING)


def open_the_rest(round: Round, lease: Lease) -> None:
    """While auditors check, people go on with images that go to them in any case."""
    with lease.fenced():
        selecting.open_seats(round, selecting.candidates(round))
