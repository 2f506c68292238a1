"""The step that makes labels from people's answers."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from django.db.models import Exists, OuterRef

from labeling.consolidation import reviewed
from labeling.consolidation.core import edge_offsets, grouping, reliability
from labeling.consolidation.core.grouping import Answers, Merged
from labeling.consolidation.core.reliability import Trust
from labeling.kernel import events
from labeling.kernel.boxes import BoxSet, pack, unpack, without_scores
from labeling.kernel.guarantee import value
from labeling.kernel.json_shapes import LabelDetail
from labeling.ledger.steps import Lease, step
from labeling.models import Assignment, Exclusion, Image, Job, Label, Member, Round, Step

CHUNK = 200


@step(Round.State.CONSOLIDATING)
def consolidate(step: Step, lease: Lease) -> None:
    """Turn the round's answers into labels.

    One step over all answers, also when part is stored already: trust needs them together, and a
    rerun must come to the same boxes.
    """
    round = step.round
    offset = reviewed.offset_before(round)
    merged, trust = _merge(round, offset)
    total = len(merged)
    agreement = _agreement(round, merged)
    details = {m.image: _detail(m, agreement.get(m.image, ()), round, offset) for m in merged}
    lease.renew(0, total)
    judges = round.purpose in (Round.Purpose.PILOT, Round.Purpose.VALIDATION)
    split = Image.Split.VALIDATION if judges and round.settings.assist else Image.Split.TRAINING
    for start in range(0, total, CHUNK):
        with lease.fenced():
            _store(round, merged[start : start + CHUNK], split, details)
        lease.renew(min(start + CHUNK, total), total)
    with lease.fenced(last=True):
        _exclude_unanswered(round)
        if any("offset" in detail for detail in details.values()):
            names = ("left", "top", "right", "bottom")
            moved = {edge: f"{by:+.1%}" for edge, by in zip(names, offset.tolist(), strict=True)}
            events.record(round.job, "edges_moved", None, round=round.number, **moved)
        for person, learned in trust.items():
            Member.objects.filter(job=round.job, user=person, role="annotator").update(
                reliability={k: _short(v) for k, v in vars(learned).items()}
            )


def _merge(round: Round, offset: np.ndarray) -> tuple[list[Merged], dict[int, Trust]]:
    """Consolidate by the round's method; answers drawn on shown boxes by majority, and where each
    went through the one before, the last one holds. What the EM made is moved by the offset."""
    single: list[Answers] = []
    independent: list[Answers] = []
    leaning: list[Answers] = []
    verified: list[Answers] = []
    verifies = round.mode == Job.Mode.VERIFY
    for answers, saw_boxes, control in _collect(round):
        if len(answers.annotators) == 1:
            single.append(answers)
        elif not saw_boxes:
            independent.append(answers)
        else:
            (verified if verifies and not control else leaning).append(answers)
    merged = [grouping.single(a) for a in single]
    merged += [grouping.verified(a) for a in verified]
    merged += grouping.majority(leaning)
    weighted, trust = reliability.consolidate(independent) if independent else ([], {})
    if round.settings.consolidation == Job.Consolidation.EM:
        merged += [edge_offsets.move(one, offset) for one in weighted]
    else:
        merged += grouping.majority(independent, averaged=True)
    return sorted(merged, key=lambda m: m.image), trust


def _collect(round: Round) -> Iterator[tuple[Answers, bool, bool]]:
    """Each image's answers, whether somebody saw boxes, and whether it is a control image."""
    rows = (
        Assignment.objects.filter(round=round, state="submitted")
        .order_by("image", "slot")
        .values_list("image", "annotator", "boxes", "suggested", "blank")
    )
    for image, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        answers = list(group)
        yield (
            Answers(
                image,
                tuple(annotator for _, annotator, *_ in answers),
                tuple(pack(boxes or []) for _, _, boxes, *_ in answers),
            ),
            any(suggested is not None for *_, suggested, _ in answers),
            any(blank for *_, blank in answers),
        )


def _agreement(round: Round, merged: list[Merged]) -> dict[int, list[float]]:
    """Each person's answer against the label, by the guarantee's measure, where several
    answered."""
    label = {m.image: m.boxes for m in merged}
    kind = round.settings.kind
    return {
        answers.image: [value(kind, boxes, label[answers.image]) for boxes in answers.boxes]
        for answers, *_ in _collect(round)
        if len(answers.annotators) > 1
    }


def _store(round: Round, chunk: list[Merged], split: str, details: dict[int, LabelDetail]) -> None:
    ids = [m.image for m in chunk]
    # a reviewer who corrects one of them just now comes before this look, or replaces what it makes
    rows_of = Image.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    sizes = {image.pk: (image.width, image.height) for image in rows_of}
    free = set(Image.objects.unlabeled().filter(pk__in=ids).values_list("pk", flat=True))
    rows = [m for m in chunk if m.image in free]
    Label.objects.bulk_create(
        [
            Label(
                image_id=m.image,
                round=round,
                source=Label.Source.HUMAN,
                boxes=without_scores(unpack(_inside(m.boxes, sizes[m.image]))),
                confidence=float(np.mean(m.boxes.scores)) if len(m.boxes) else 1.0,
                detail=details[m.image],
            )
            for m in rows
        ]
    )
    Image.objects.filter(pk__in=free, split="").update(split=split)


def _inside(boxes: BoxSet, size: tuple[int, int]) -> BoxSet:
    """An edge whose annotators' bias was taken out may have left the picture."""
    return BoxSet(np.clip(boxes.coords, 0, np.tile(size, 2)), boxes.classes, boxes.scores)


def _detail(
    merged: Merged, agreement: Sequence[float], round: Round, offset: np.ndarray
) -> LabelDetail:
    detail: LabelDetail = {
        "method": merged.method,
        "votes": list(merged.votes),
        "probability": [_short(p) for p in merged.boxes.scores],
        "spread": [_short(s) for s in merged.spread],
        "risk": _short(merged.risk),
        "agreement": [_short(q) for q in agreement],
        "settings": {
            "group_iou": grouping.GROUP_IOU,
            "people": round.settings.annotators_per_image,
        },
    }
    if merged.method == "em" and offset.any():
        detail["offset"] = [_short(by) for by in offset]
    return detail


def _short(value: float) -> float:
    return float(f"{value:.4f}")


def _exclude_unanswered(round: Round) -> None:
    """Images whose every assignment was skipped or given up are shown to managers, not lost."""
    pending_or_answered = Assignment.objects.filter(
        round=round, image=OuterRef("pk"), state__in=("open", "claimed", "submitted")
    )
    given_up = Assignment.objects.filter(round=round, image=OuterRef("pk")).exclude(
        reason__in=(
            Assignment.Withdrawn.LOCKED,
            Assignment.Withdrawn.ACCEPTED,
            Assignment.Withdrawn.CORRECTED,
        )
    )
    images = (
        round.job.images.unlabeled().filter(Exists(given_up)).exclude(Exists(pending_or_answered))
    )
    # What a manager put back meanwhile goes to people in the next round.
    restored = round.job.events.filter(kind="image_restored", at__gte=round.opened_at)
    kept = set(restored.values_list("data__image", flat=True))
    ids = [pk for pk in images.values_list("pk", flat=True) if pk not in kept]
    Image.objects.filter(pk__in=ids).update(excluded=Exclusion.NOBODY)
    if ids:
        events.record(round.job, "images_excluded", None, count=len(ids), reason=Exclusion.NOBODY)
