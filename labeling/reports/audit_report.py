"""How an audit stands, in numbers and in one sentence."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db.models import Count

from labeling.certification import locked_plans, standing
from labeling.certification.core import nested_test as proofs
from labeling.certification.core import plan_content
from labeling.certification.core.audit_plan import Plan
from labeling.models import Audit, AuditPlan, Certificate, Job, Round
from labeling.review import monitoring
from labeling.rounds import stopping

# What those who may check hear of a running certificate audit instead of its result
HIDDEN: dict[str, Any] = {
    "observed": None,
    "bound": None,
    "path": [],
    "sentence": "The result is shown after the audit, so that it sways nobody.",
    **dict.fromkeys(("approved", "corrected", "rejected", "unjudgeable")),
}


def drawn(round: Round) -> tuple[int, int, str]:
    """Checks decided, checks needed as it stands, and their unit."""
    return *_drawn(round, standing.needed(round)), "checks"


def _drawn(round: Round, needed: int) -> tuple[int, int]:
    """Of the checks of the first `needed` images: decided ones, all."""
    rows = round.audits.filter(kind="certificate", position__lt=needed)  # type: ignore[attr-defined]
    return rows.decided().count(), rows.count()


def progress(job: Job, *, quality_shown: bool = True) -> dict[str, Any] | None:
    """The running audit of the open closing round, else the latest watch.

    Without `quality_shown` a certificate's running quality is left out: it could sway a verdict.
    """
    round = job.rounds.filter(audit_plan__isnull=False).order_by("-number").first()
    if round is not None and round.state == Round.State.AUDITING:
        return _certificate_progress(round, quality_shown)
    watched = (
        job.rounds.filter(audits__kind=Audit.Kind.MONITORING).order_by("-number").distinct().first()
    )
    return _monitoring_progress(watched) if watched else None


def _certificate_progress(round: Round, quality_shown: bool) -> dict[str, Any]:
    locked = AuditPlan.objects.get(round=round)
    now = standing.standing(locked)
    plan = now.plan
    done, about = _drawn(round, now.needed)
    known: dict[str, Any] = {
        "kind": "certificate",
        "round": round.number,
        "decided": done,
        "about": about,
        "budget": plan.budget,
        "target": float(locked_plans.locked_plan(locked).plan.targets[-1]),
    }
    if not quality_shown:
        return {**known, **HIDDEN}
    path = _path(now, (round.pk, len(now.values), plan.budget))
    return {
        **known,
        "observed": path[-1][1] if path else None,
        "bound": path[-1][2] if path else None,
        "path": path,
        "sentence": _sentence(now.test, plan, round, plan.budget - locked.budgets[-1][1]),
        **_verdicts(round, Audit.Kind.CERTIFICATE),
    }


_paths: dict[tuple[int, int, int], list[list[Any]]] = {}


def _path(now: standing.Standing, key: tuple[int, int, int]) -> list[list[Any]]:
    """Observed mean and bound after some of the draws, corrected of drawers' noise; the bound is a
    search, so it is kept."""
    if key not in _paths:
        _paths.clear()  # one audit is watched at a time; an older path is never asked for again
        _paths[key] = [
            [
                n,
                round(float(np.mean(now.values[:n])) * now.noise_correction, 4),
                round(proofs.weakest_bound(now.plan, now.values[:n]) * now.noise_correction, 4),
            ]
            for n in _milestones(len(now.values))
        ]
    return _paths[key]


def _milestones(n: int) -> list[int]:
    step = max(1, n // 12)
    return sorted({*range(step, n, step), n} - {0})


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _sentence(test: proofs.Wealth, plan: Plan, round: Round, added: int) -> str:
    """`added`: checks that the rule has added (certificate.extended)."""
    risk = f"risk {round.settings.risk:.0%}"
    why = f" The checks speak for more images, so {added} were added." if added else ""
    if test.complete:
        return f"Shown for all {plan.images(test.shown)} images, at {risk}."
    if test.shown:
        return f"Shown for {plan.images(test.shown)} images so far, at {risk}.{why}"
    return f"Not shown yet, at {risk}.{why}"


def _verdicts(round: Round, kind: str) -> dict[str, int]:
    found = dict(
        round.audits.filter(kind=kind, blind=False)  # type: ignore[attr-defined]
        .values_list("verdict")
        .annotate(n=Count("pk"))
        .values_list("verdict", "n")
    )
    return {v: found.get(v, 0) for v in ("approved", "corrected", "rejected", "unjudgeable")}


def _monitoring_progress(round: Round) -> dict[str, Any]:
    rows = round.audits.filter(kind=Audit.Kind.MONITORING)  # type: ignore[attr-defined]
    values = monitoring.monitored_values(round)
    path = [_seen(values[:n]) for n in _milestones(len(values))]
    mean, spread = _mean(values), _interval(values)
    sentence = "No check yet."
    if mean is not None and spread is not None:
        sentence = (
            f"Estimated quality of round {round.number}'s auto-labels: {mean:.2f} "
            f"({spread[0]:.2f} to {spread[1]:.2f})."
        )
    return {
        "kind": "monitoring",
        "round": round.number,
        "decided": rows.decided().count(),
        "about": rows.count(),
        "budget": rows.count(),
        "observed": mean,
        "bound": spread[0] if spread else None,
        "target": monitoring.target_of(round),
        "path": path,
        "sentence": sentence,
        **_verdicts(round, Audit.Kind.MONITORING),
    }


def _seen(values: list[float]) -> list[Any]:
    """Checks, their mean, and how low the mean of all may lie."""
    low, _ = _interval(values) or (0.0, 1.0)
    return [len(values), _mean(values), round(low, 4)]


def _interval(values: list[float]) -> tuple[float, float] | None:
    """95 % interval of the mean by Hoeffding: wide with few checks, never falsely sure."""
    if not values:
        return None
    mean = sum(values) / len(values)
    half = (3.689 / (2 * len(values))) ** 0.5  # log(2 / .05)
    return max(0.0, mean - half), min(1.0, mean + half)


def certified_images(job: Job) -> int:
    """Images named by certificates whose set was not revoked."""
    total = 0
    for row in Certificate.objects.filter(round__job=job, outcome="certified"):
        if not job.events.filter(kind="round_revoked", data__round=row.round.number).exists():
            total += row.document["result"]["certified_images"]
    return total


def certificate(job: Job) -> dict[str, Any] | None:
    """The latest certificate or the one in the making, in words."""
    locked = AuditPlan.objects.filter(round__job=job).order_by("-attempt").first()
    return None if locked is None else of_plan(locked)


def of_plan(locked: AuditPlan) -> dict[str, Any]:
    """What was locked and what its checks showed, in words."""
    known = locked_plans.locked_plan(locked)
    size = known.images
    row = Certificate.objects.filter(round=locked.round).first()
    if row is None:
        now = standing.standing(locked)
        done, about = _drawn(locked.round, now.needed)
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
        "status": row.outcome,
        "sentence": _outcome_sentence(row, locked),
        "size": named,
        "audited": result["audited"],
        "observed": result["observed_mean"],
        "rest_bound": result["rest_bound"],
        "url": f"/api/certificates/{row.pk}/file",
        "anchoring": result["anchoring"],
    }


def _claim(locked: AuditPlan, size: int, shown: Iterable[int]) -> str:
    return plan_content.claim(
        locked_plans.locked_plan(locked).content, locked.round.settings.risk, size, shown
    )


def _outcome_sentence(row: Certificate, locked: AuditPlan) -> str:
    result, known = row.document["result"], locked_plans.locked_plan(locked)
    if row.outcome == "certified":
        blind = result["judged_blind"][result["sets_certified"] - 1]
        if known.content["drawn_blind"]:
            said = f"{result['observed_mean'] * result['noise_correction']:.2f}, all drawn blind."
        elif blind and not plan_content.by_class(known.content):
            said = f"{result['observed_mean']:.2f}, judged blind {blind[0]:.2f}."
        else:
            said = f"{result['observed_mean']:.2f}."
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
