"""A certificate, or the proof in the making, in words."""

from collections.abc import Iterable
from typing import Literal, TypedDict

from labeling.certification import locked_plans, standing
from labeling.certification.core import plan_content
from labeling.models import Audit, AuditPlan, Certificate, Job
from labeling.reports import audit_report
from labeling.rounds import stopping


class Proof(TypedDict):
    """A certificate, or the one in the making, in words."""

    claim: str
    status: Literal["pending", "certified", "not_provable", "refused"]
    sentence: str
    size: int
    audited: int
    observed: float | None
    rest_bound: float | None
    url: str | None


def certified_images(job: Job) -> int:
    """Images named by certificates whose set was not revoked."""
    total = 0
    for row in Certificate.objects.filter(round__job=job, outcome="certified"):
        if not job.events.filter(kind="round_revoked", data__round=row.round.number).exists():
            total += row.document["result"]["certified_images"]
    return total


def certificate(job: Job) -> Proof | None:
    """The latest certificate or the one in the making, in words."""
    locked = AuditPlan.objects.filter(round__job=job).order_by("-attempt").first()
    return None if locked is None else of_plan(locked)


def of_plan(locked: AuditPlan) -> Proof:
    """What was locked and what its checks showed, in words."""
    known = locked_plans.locked_plan(locked)
    size = known.images
    row = Certificate.objects.filter(round=locked.round).first()
    if row is None:
        now = standing.standing(locked)
        done, about = audit_report.within(locked.round, now.needed)
        added = now.plan.budget - known.content["budget"]
        more = f", {added} more than planned" if added > 0 else ""  # why is not for checkers
        return {
            "claim": _claim(locked, size, range(len(known.content["sets"]))),
            "status": "pending",
            "sentence": f"{done} of about {about} checks{more}. Nothing is final yet.",
            "size": size,
            "audited": done,
            "observed": None,
            "rest_bound": None,
            "url": None,
        }
    result = row.document["result"]
    named = result["certified_images"]
    return {
        "claim": _claim(locked, named or size, plan_content.shown_in(result)),
        "status": result["outcome"],
        "sentence": _outcome_sentence(row, locked),
        "size": named,
        "audited": result["audited"],
        "observed": result["observed_mean"],
        "rest_bound": result["rest_bound"],
        "url": f"/api/certificates/{row.pk}/file",
    }


def _claim(locked: AuditPlan, size: int, shown: Iterable[int]) -> str:
    return plan_content.claim(
        locked_plans.locked_plan(locked).content, locked.round.settings.risk, size, shown
    )


def _outcome_sentence(row: Certificate, locked: AuditPlan) -> str:
    result, known = row.document["result"], locked_plans.locked_plan(locked)
    if row.outcome == "certified":
        blind = result["judged_blind"][result["sets_certified"] - 1]
        observed = result["observed_mean"] or 0.0
        if known.content["drawn_blind"]:
            said = f"{observed:.2f}, all drawn blind."
        elif blind and not plan_content.by_class(known.content):
            said = f"{observed:.2f}, judged blind {blind[0]:.2f}."
        else:
            said = f"{observed:.2f}."
        unseen = row.round.audits.filter(kind=Audit.Kind.CERTIFICATE, blind=False, verdict="")
        others = unseen.exclude(rank__in=plan_content.shown_in(result)).count()
        again = (
            f" A detector that has learned from the checks tries the other {others}."
            if stopping.tries_again(row.round, others)
            else ""
        )
        return (
            f"Shown by {result['audited']} random checks of a locked list; observed {said}{again}"
        )
    others = known.images - result["audited"]
    rest = (
        f"a detector that has learned from them tries the other {others} again."
        if stopping.tries_again(row.round, others)
        else f"people get the other {others} images, with suggestions."
    )
    if row.outcome == "refused":
        return (
            "Judged by people who drew without seeing the boxes, the quality lies below the "
            f"target. Nothing was accepted; the checked labels stay, and {rest}"
        )
    asked = locked.round.settings
    return (
        f"The guarantee (at least {asked.target_quality:.2f}, risk {asked.risk:.0%}) "
        f"could not be shown within {result['audited']} checked images. Nothing was accepted. "
        f"The {result['audited']} keep their checked labels; {rest}"
    )
