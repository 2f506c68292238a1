"""What random checks found: how many images they changed, in which way, and the worst of them."""

from collections.abc import Iterable
from typing import Any

from labeling.kernel.boxes import Box, pack, without_scores
from labeling.kernel.quality import compare
from labeling.models import Audit, Certificate, Job

WORST = 10  # images shown, of those that were changed


def of_job(job: Job) -> dict[str, Any] | None:
    """Of the latest proof that has ended, else of the quality monitoring; None without checks.

    `mean`: what the checks say of the quality, in [0, 1], a proof's without its checkers' own
    noise. Each checked image is in one of `same`, `moved` (edges only), `unjudged`, or in `missed`
    (an object had no box), `false` (a box had no object), or both.
    """
    row = Certificate.objects.filter(round__job=job).order_by("-attempt").first()
    if row is not None:
        rows = row.round.audits.filter(kind=Audit.Kind.CERTIFICATE, blind=False)
        result = row.document["result"]
        observed = result["observed_mean"]
        mean = None if observed is None else observed * result["noise_correction"]
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
    return {
        "checked": len(found),
        "of": of,
        "mean": round(mean, 4),
        "proof": row is not None,
        **_counts(found),
        "worst": [
            {
                "image": audit.image,
                "value": audit.value,
                "label": without_scores(audit.predicted),
                "checker": audit.boxes or [],
                "found": sorted(_differences(audit)),
            }
            for audit in worst
        ],
    }


def _counts(found: Iterable[Audit]) -> dict[str, int]:
    counts = dict.fromkeys(("same", "moved", "missed", "false", "unjudged"), 0)
    for audit in found:
        for kind in _differences(audit):
            counts[kind] += 1
    return counts


def _differences(audit: Audit) -> set[str]:
    """How the checker's boxes differ from the label's."""
    if audit.verdict == Audit.Verdict.UNJUDGEABLE:
        return {"unjudged"}
    label: list[Box] = without_scores(audit.predicted)
    checker: list[Box] = audit.boxes or []
    if label == checker:
        return {"same"}
    against = compare(pack(label), pack(checker))
    wrong = {"missed"} if against.false_negatives else set()
    wrong |= {"false"} if against.false_positives else set()
    return wrong or {"moved"}
