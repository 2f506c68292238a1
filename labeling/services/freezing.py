"""The freeze: everything a proof depends on, fixed in one transaction before its seed is drawn."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeling.core import audit_plan, certificate, document, promise
from labeling.core.boxes import Box
from labeling.models import Assignment, Audit, CandidateSet, Freeze, Image, Round
from labeling.services import controls, events, labels
from labeling.services.steps import Lease


@dataclass(frozen=True)
class Candidate:
    """One image of the loosest set, as the detector sees it."""

    image: Image
    rank: int  # strictest set that holds it
    confidence: float
    boxes: list[Box]


@dataclass(frozen=True)
class Proposal:
    """What is put to the proof."""

    candidates: Sequence[Candidate]
    thresholds: Sequence[float]  # of each set
    budget: int  # checks
    about: dict[str, Any]  # detector, weights, score cut and confidence rule
    classes: Sequence[str] = ()  # where each class is proved on its own: whose each set is
    left_out: Mapping[str, str] = field(default_factory=dict)  # class → why it is not proved


def freeze(round: Round, lease: Lease, proposal: Proposal) -> Freeze | None:
    """Fix everything a proof depends on, then draw the seed; one transaction, done once.

    Images in someone's hands stay outside. None if nothing is left to prove. Open seats of the
    frozen images go.
    """
    if existing := Freeze.objects.filter(round=round).first():
        return existing
    budget, classes = proposal.budget, proposal.classes
    with lease.fenced():
        free = _not_in_hands(round, proposal.candidates)
        used = sorted({c.rank for c in free})
        if not free:
            return None
        # Sets that lost all their own images are the same set as the next stricter one.
        renumbered = {rank: i for i, rank in enumerate(used)}
        sizes = [sum(c.rank == r if classes else c.rank <= r for c in free) for r in used]
        attempt, level = next_attempt(round)
        kind, images = promised(round)
        strict = round.settings.get("checks_from_blank", False)
        target = round.settings["target_quality"]
        content = {
            "about": proposal.about,
            "promise": kind,
            "images": images,
            "target": target,
            "level": level,
            "budget": budget,
            "most_checks": certificate.MOST_TIMES * budget,
            "hand": controls.hand(round.job).to_json(),
            "from_blank": strict,
            "sets": [
                {
                    "threshold": float(proposal.thresholds[rank]),
                    "size": size,
                    "target": promise.set_target(kind, target, size, images),
                    **({"class": classes[rank]} if classes else {}),
                }
                for rank, size in zip(used, sizes, strict=True)
            ],
            **({"by_class": True, "left_out": dict(proposal.left_out)} if classes else {}),
            "candidates": sorted([c.image.digest, renumbered[c.rank]] for c in free),
            "predictions": document.digest(
                sorted([c.image.digest, document.digest(c.boxes)] for c in free)
            ),
        }
        sealed = document.digest(content)
        seed = _seed(round, sealed)
        order = document.order_of(content, seed)
        keys = [content["candidates"][i][0] for i in order]
        frozen = Freeze.objects.create(
            round=round, attempt=attempt, target=target, level=content["level"],
            content=content, content_digest=sealed, seed=seed,
            order_digest=document.digest(keys), budgets=[[0, min(budget, len(free))]],
        )  # fmt: skip
        _write_audits(round, free, renumbered, keys, seed, twins=not strict)
        CandidateSet.objects.bulk_create(
            [
                CandidateSet(round=round, rank=i, threshold=s["threshold"], size=s["size"])
                for i, s in enumerate(content["sets"])
            ]
        )
        _withdraw(round, [c.image.pk for c in free])
        events.record(
            round.job, "sets_frozen", None,
            round=round.number, images=len(free), sets=len(used), budget=budget, attempt=attempt,
        )  # fmt: skip
    return frozen


def promised(round: Round) -> tuple[str, int]:
    """What kind of promise the round makes or aims at, and of how many images in all."""
    return promise.kind_in(round.settings), round.job.images.filter(excluded="").count()


def next_attempt(round: Round) -> tuple[int, float]:
    """Number and level of the job's next proof: the k-th is tested at risk / 2^k, so that all of
    them together keep the risk."""
    attempt = Freeze.objects.filter(round__job=round.job).count() + 1
    return attempt, round.settings["risk"] * 2.0**-attempt


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
    round: Round, free: Sequence[Candidate], ranks: dict[int, int], keys: Sequence[str], seed: str,
    *, twins: bool,
) -> None:  # fmt: skip
    """A row for each image; with `twins` a second one, from blank, for one in five."""
    by_key = {c.image.digest: c for c in free}
    rows = []
    for position, key in enumerate(keys):
        c = by_key[key]
        both = (False, True) if twins and audit_plan.drawn_blind(key, seed) else (False,)
        rows += [
            Audit(
                round=round, image=c.image, kind=Audit.Kind.CERTIFICATE, position=position,
                blind=blind, rank=ranks[c.rank], predicted=c.boxes, confidence=c.confidence,
            )
            for blind in both
        ]  # fmt: skip
    Audit.objects.bulk_create(rows, batch_size=500)


def _withdraw(round: Round, images: list[int]) -> None:
    Assignment.objects.filter(round=round, image__in=images, state="open").update(
        state="withdrawn", reason=labels.FROZEN
    )
