"""What random checks found: how many images they changed, in which way, and the worst of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from labeling.kernel.boxes import Box, pack, without_scores
from labeling.kernel.quality import compare
from labeling.models import Audit, Certificate, Image, Job

WORST = 10  # images shown, of those that were changed


Difference = Literal["same", "moved", "missed", "false", "unjudged"]


# "false" is no name of a field, so this one is made by a call
class Differing(TypedDict):
    same: int
    moved: int
    missed: int
    false: int
    unjudged: int


class Findings(Differing):
    """How many images were checked, of how many, their mean quality, and how they differ."""

    checked: int
    of: int
    mean: float
    proof: bool


@dataclass(frozen=True)
class Worst:
    """A checked image whose boxes were changed."""

    image: Image
    value: float
    label: list[Box]
    checker: list[Box]
    found: list[Difference]


def of_job(job: Job) -> tuple[Findings, list[Worst]] | None:
    """Of the latest proof that has ended, else of the quality monitoring; None without checks.

    `mean`: what the checks say of the quality, in [0, 1]. Each checked image is in one of `same`,
    `moved` (edges only), `unjudged`, or in `missed` (an object had no box), `false` (a box had no
    object), or both.
    """
    row = Certificate.objects.filter(round__job=job).order_by("-attempt").first()
    if row is not None:
        rows = row.round.audits.filter(kind=Audit.Kind.CERTIFICATE, blind=False)
        result = row.document["result"]
        mean = result["observed_mean"]
        of = len(row.document["locked"]["content"]["candidates"])
    else:
        rows = Audit.objects.filter(round__job=job, kind=Audit.Kind.MONITORING)
        mean, of = None, job.images.filter(labels__source="auto").distinct().count()
    # what was decided once the proof was complete has no value, and is no part of it
    found = list(rows.exclude(value=None).select_related("image", "round"))
    if not found:
        return None
    if mean is None:
        mean = sum(audit.value or 0.0 for audit in found) / len(found)
    changed = [audit for audit in found if _differences(audit) != {"same"}]
    worst = sorted(changed, key=lambda audit: (audit.value or 0.0, audit.pk))[:WORST]
    findings: Findings = {
        "checked": len(found),
        "of": of,
        "mean": round(mean, 4),
        "proof": row is not None,
        **_counts(found),
    }
    return findings, [
        Worst(
            audit.image,
            audit.value or 0.0,
            without_scores(audit.predicted),
            audit.boxes or [],
            sorted(_differences(audit)),
        )
        for audit in worst
    ]


def _counts(found: Iterable[Audit]) -> Differing:
    counts: Differing = {"same": 0, "moved": 0, "missed": 0, "false": 0, "unjudged": 0}
    for audit in found:
        for kind in _differences(audit):
            counts[kind] += 1
    return counts


def _differences(audit: Audit) -> set[Difference]:
    """How the checker's boxes differ from the label's."""
    if audit.verdict == Audit.Verdict.UNJUDGEABLE:
        return {"unjudged"}
    label: list[Box] = without_scores(audit.predicted)
    checker: list[Box] = audit.boxes or []
    if label == checker:
        return {"same"}
    against = compare(pack(label), pack(checker))
    wrong: set[Difference] = {"missed"} if against.false_negatives else set()
    wrong |= {"false"} if against.false_positives else set()
    return wrong or {"moved"}
