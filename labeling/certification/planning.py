"""The audit plan: everything a proof depends on, fixed in one transaction before its seed is
drawn."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labeling.certification.core import document, plan_content
from labeling.certification.core.nested_test import MOST_TIMES
from labeling.kernel import events, guarantee, sampling
from labeling.kernel.boxes import BoxSet, unpack
from labeling.kernel.certificate_shapes import DetectorSaid, LockedContent
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

PLACES = 2_000  # of the locked order written at a time


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
    budget: int  # checks
    about: DetectorSaid  # detector, weights, score thresholds and confidence rule
    classes: Sequence[str] = ()  # where each class is proved on its own: whose each set is
    left_out: Mapping[str, str] = field(default_factory=dict)  # class → why it is not proved


def lock(round: Round, lease: Lease, proposal: Proposal) -> AuditPlan | None:
    """Fix everything a proof depends on, then draw the seed; one transaction, done once.

    Images in someone's hands stay outside. None if nothing is left to prove. Open assignments of
    the locked images go.
    """
    locked = _lock_plan(round, lease, proposal)
    if locked is not None:
        hold_places(locked, lease, proposal.candidates)
    return locked


def _lock_plan(round: Round, lease: Lease, proposal: Proposal) -> AuditPlan | None:
    budget, classes = proposal.budget, proposal.classes
    # what the exact test needs may be more than the job plans, but not than the rule may add
    most = MOST_TIMES * min(budget, round.settings.audit_budget)
    boxes_of = {c.key: document.digest(unpack(c.boxes)) for c in proposal.candidates}
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
            "guarantee": said.kind,
            "images": said.images,
            "granted": said.granted,
            "target": target,
            "level": level,
            "budget": budget,
            "most_checks": most,
            "drawn_blind": _strict(round),
            "sets": [
                {
                    "threshold": float(proposal.thresholds[rank]),
                    "size": size,
                    "target": said.set_target(target, size),
                }
                for rank, size in zip(used, sizes, strict=True)
            ],
            "candidates": sorted((c.key, renumbered[c.rank]) for c in free),
            "predictions": document.digest(sorted((c.key, boxes_of[c.key]) for c in free)),
        }
        if classes:
            content |= {"by_class": True, "left_out": dict(proposal.left_out)}
            for rank, part in zip(used, content["sets"], strict=True):
                part["class"] = classes[rank]
        digest = document.digest(content)
        seed = _seed(round, digest)
        order = document.order_of(content, seed)
        keys = [content["candidates"][i][0] for i in order]
        locked = AuditPlan.objects.create(
            round=round,
            attempt=attempt,
            content=content,
            content_digest=digest,
            seed=seed,
            order_digest=document.digest(keys),
            budgets=[[0, min(budget, len(free))]],
        )
        _write_audits(round, free, content, list(enumerate(keys))[:most], seed)
        events.record(
            round.job,
            "sets_locked",
            None,
            round=round.number,
            images=len(free),
            sets=len(used),
            budget=budget,
            attempt=attempt,
        )
    return locked


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
    """Number and level of the job's next proof: the k-th is tested at risk / 2^k, so that all of
    them together keep the risk."""
    attempt = AuditPlan.objects.filter(round__job=round.job).count() + 1
    return attempt, round.settings.risk * 2.0**-attempt


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


def _seed(round: Round, locked: str) -> str:
    """Drawn only after the content is locked; a rehearsal fixes it to repeat itself."""
    if round.job.audit_seed:
        return hashlib.sha256(f"{round.job.audit_seed}|{round.number}".encode()).hexdigest()
    return hashlib.sha256(f"{secrets.token_hex(32)}|{locked}".encode()).hexdigest()


def _strict(round: Round) -> bool:
    """Whether all checks are made blind, so that none needs a twin that is."""
    return bool(round.settings.blind_checks)


def hold_places(locked: AuditPlan, lease: Lease, candidates: Sequence[Candidate]) -> None:
    """The rows behind those that may be checked, a part at a time: people's answers go on between.

    An image that was excluded meanwhile is no candidate any more, and needs no place. `candidates`:
    as they were locked, whatever a judgement of today would say.
    """
    round, content = locked.round, locked.content
    there = set(round.audits.filter(kind=Audit.Kind.CERTIFICATE).values_list("position", flat=True))
    order = document.order_of(content, locked.seed)
    if len(there) == len(order):
        return
    still = {c.key for c in candidates}
    keys = [content["candidates"][i][0] for i in order]
    missing = [(i, key) for i, key in enumerate(keys) if i not in there and key in still]
    for start in range(0, len(missing), PLACES):
        with lease.fenced():
            part = missing[start : start + PLACES]
            _write_audits(round, candidates, content, part, locked.seed)
        lease.renew(min(start + PLACES, len(missing)), len(missing))


def _write_audits(
    round: Round,
    candidates: Sequence[Candidate],
    content: LockedContent,
    places: Sequence[tuple[int, str]],
    seed: str,
) -> None:
    """A row for each of these places in the order; where checkers see the boxes, a second one, from
    blank, for one in five."""
    by_key = {c.key: c for c in candidates}
    ranks = dict(content["candidates"])
    twins = not _strict(round)
    rows = []
    for position, key in places:
        c = by_key[key]
        both = (False, True) if twins and sampling.drawn_blind(key, seed) else (False,)
        rows += [
            Audit(
                round=round,
                image_id=c.image,
                kind=Audit.Kind.CERTIFICATE,
                position=position,
                blind=blind,
                rank=ranks[key],
                predicted=unpack(c.boxes),
                confidence=c.confidence,
            )
            for blind in both
        ]
    Audit.objects.bulk_create(rows, batch_size=500)
