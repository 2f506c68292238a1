"""The audit plan: everything a proof depends on, fixed in one transaction before the order of its
checks is drawn."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labeling.certification.core import plan_content, seed
from labeling.certification.core.audit_plan import level_of
from labeling.certification.core.nested_test import MOST_TIMES
from labeling.kernel import digests, events, guarantee
from labeling.kernel.boxes import BoxSet, unpack
from labeling.kernel.certificate_shapes import DetectorSaid, ExpectedSet, LockedContent
from labeling.ledger.steps import Lease
from labeling.models import (
    Assignment,
    Audit,
    AuditPlan,
    Certificate,
    Image,
    Label,
    Round,
)

ROWS = 2_000  # written at a time


@dataclass(frozen=True)
class Candidate:
    """One image of the loosest set, as the detector sees it."""

    image: int  # its primary key
    key: str  # and the digest of its file, its name in the certificate
    rank: int  # strictest set that holds it
    confidence: float
    boxes: BoxSet  # those that count


@dataclass(frozen=True)
class Proposal:
    """What is put to the proof."""

    candidates: Sequence[Candidate]
    thresholds: Sequence[float]  # of each set
    expected: Sequence[ExpectedSet]  # of each set; none where the exact test needs none
    budget: int  # checks
    about: DetectorSaid  # detector, weights, score thresholds and confidence rule
    classes: Sequence[str] = ()  # where each class is proved on its own: whose each set is
    left_out: Mapping[str, str] = field(default_factory=dict)  # class → why it is not proved


def lock(round: Round, lease: Lease, proposal: Proposal) -> AuditPlan | None:
    """Fix everything a proof depends on; one transaction, done once.

    Images in someone's hands stay outside. None if nothing is left to prove. Open assignments of
    the locked images go. The order of the checks is drawn later (`order.draw`).
    """
    locked = _lock_plan(round, lease, proposal)
    if locked is not None:
        write_audits(locked, lease, proposal.candidates)
    return locked


def _lock_plan(round: Round, lease: Lease, proposal: Proposal) -> AuditPlan | None:
    budget, classes = proposal.budget, proposal.classes
    # what the exact test needs may be more than the job plans, but not than the rule may add
    most = MOST_TIMES * min(budget, round.settings.audit_budget)
    nonce = _server_nonce(round)
    fixed = {c.key: seed.commitment(nonce, c.key, unpack(c.boxes)) for c in proposal.candidates}
    with lease.fenced():
        free = _out_of_hands(round, proposal.candidates)
        used = sorted({c.rank for c in free})
        if not free:
            return None
        # Sets that lost all their own images are the same set as the next stricter one.
        renumbered = {rank: i for i, rank in enumerate(used)}
        sizes = [sum(c.rank == r if classes else c.rank <= r for c in free) for r in used]
        attempt, level = next_attempt(round)
        said = guaranteed(round)
        target = round.settings.target_quality
        content: LockedContent = {
            "about": proposal.about,
            "attempt": attempt,
            "previous": _previous(round),
            "risk": round.settings.risk,
            "server_nonce_digest": seed.nonce_digest(nonce),
            "guarantee": said.kind,
            "images": said.images,
            "granted": said.granted,
            "target": target,
            "level": level,
            "budget": budget,
            "most_checks": most,
            "drawn_blind": round.settings.blind_checks,
            "sets": [
                {
                    "threshold": float(proposal.thresholds[rank]),
                    "size": size,
                    "target": said.set_target(target, size),
                }
                for rank, size in zip(used, sizes, strict=True)
            ],
            "candidates": sorted(
                (c.key, renumbered[c.rank], fixed[c.key], c.confidence) for c in free
            ),
        }
        if proposal.expected:
            for rank, part in zip(used, content["sets"], strict=True):
                part["expected"] = proposal.expected[rank]
        if classes:
            content |= {"by_class": True, "left_out": dict(proposal.left_out)}
            for rank, part in zip(used, content["sets"], strict=True):
                part["class"] = classes[rank]
        locked = AuditPlan.objects.create(
            round=round,
            attempt=attempt,
            content=content,
            content_digest=digests.digest(content),
            server_nonce=nonce,
            budgets=[[0, min(budget, len(free))]],
        )
        events.record(
            round.job,
            "sets_locked",
            None,
            round=round.number,
            images=len(free),
            sets=len(used),
            budget=budget,
            attempt=attempt,
            plan=locked.content_digest,
        )
    return locked


def _previous(round: Round) -> str | None:
    """The digest of the job's plan before this one: none can be left out of the chain."""
    earlier = AuditPlan.objects.filter(round__job=round.job).order_by("-attempt")
    return earlier.values_list("content_digest", flat=True).first()


def guaranteed(round: Round) -> guarantee.Guarantee:
    """What the round guarantees or aims at."""
    kind = round.settings.kind
    images = round.job.images.filter(excluded="")
    granted = _granted(round) if kind == guarantee.DATASET else 0.0
    return guarantee.Guarantee(kind, images.count(), granted)


def _granted(round: Round) -> float:
    """The shortfall that images labelled by machine before may have, in whole images.

    Of a certified set as much as its own target allowed; other labels are guaranteed by nobody.
    """
    auto = Label.objects.active().auto().filter(image__job=round.job, image__excluded="")
    papers = Certificate.objects.filter(round__job=round.job, outcome="certified")
    total, covered = 0.0, []
    for row in papers.exclude(round=round):
        standing = auto.filter(round=row.round_id)
        if standing.exists():
            covered.append(row.round_id)
            total += plan_content.shortfall(row.document)
    return total + auto.exclude(round__in=covered).count()


def next_attempt(round: Round) -> tuple[int, float]:
    """Number and level of the job's next proof."""
    attempt = AuditPlan.objects.filter(round__job=round.job).count() + 1
    return attempt, level_of(attempt, round.settings.risk)


def _out_of_hands(round: Round, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that nobody has in hand, their open assignments withdrawn.

    The image comes before the assignment, as where an assignment is claimed: a claim in between
    either waits and finds its assignment gone, or was first and is seen.
    """
    waiting = Assignment.objects.filter(round=round, state="open")
    asked = {c.image for c in candidates}
    ids = sorted(asked & set(waiting.values_list("image", flat=True)))
    list(Image.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    taken = Assignment.objects.filter(round=round, state__in=("claimed", "submitted")).values_list(
        "image", flat=True
    )
    free = set(round.job.images.unlabeled().values_list("pk", flat=True)) - set(taken)
    waiting.filter(image__in=free.intersection(ids)).update(
        state="withdrawn", reason=Assignment.Withdrawn.LOCKED
    )
    return [c for c in candidates if c.image in free]


def _server_nonce(round: Round) -> str:
    """The server's secret number; a rehearsal fixes it to repeat itself."""
    if round.job.audit_seed:
        return hashlib.sha256(f"{round.job.audit_seed}|{round.number}".encode()).hexdigest()
    return secrets.token_hex(32)


def write_audits(locked: AuditPlan, lease: Lease, candidates: Sequence[Candidate]) -> None:
    """A row for every image put to the proof, a part at a time: people's answers go on between.

    An image that was excluded meanwhile is no candidate any more, and needs no row. `candidates`:
    as they were locked, whatever a judgement of today would say.
    """
    round, ranks = locked.round, {key: rank for key, rank, *_ in locked.content["candidates"]}
    there = set(round.audits.filter(kind=Audit.Kind.CERTIFICATE).values_list("image", flat=True))
    missing = [c for c in candidates if c.key in ranks and c.image not in there]
    for start in range(0, len(missing), ROWS):
        with lease.fenced():
            Audit.objects.bulk_create(
                [
                    Audit(
                        round=round,
                        image_id=c.image,
                        kind=Audit.Kind.CERTIFICATE,
                        rank=ranks[c.key],
                        predicted=unpack(c.boxes),
                        confidence=c.confidence,
                    )
                    for c in missing[start : start + ROWS]
                ],
                batch_size=500,
            )
        lease.renew(min(start + ROWS, len(missing)), len(missing))
