"""How an audit stands, in numbers and in one sentence."""

from typing import Literal, TypedDict

import numpy as np
from django.db.models import Count

from labeling.certification import locked_plans, standing
from labeling.certification.core import nested_test as proofs
from labeling.certification.core.audit_plan import Plan
from labeling.models import Audit, AuditPlan, Job, Round
from labeling.review import monitoring


class Verdicts(TypedDict):
    """Checks by their verdict."""

    approved: int
    corrected: int
    rejected: int
    unjudgeable: int


class AuditProgress(TypedDict):
    """How an audit stands: checks decided, about to be, allowed; mean so far and its lower bound.

    `path`: checks, mean, bound, as they grew.
    """

    kind: Audit.Kind
    round: int
    decided: int
    about: int
    budget: int
    target: float
    observed: float | None
    bound: float | None
    path: list[tuple[int, float, float]]
    sentence: str
    approved: int | None
    corrected: int | None
    rejected: int | None
    unjudgeable: int | None


class Hidden(TypedDict):
    """What is hidden of it from those who may check."""

    observed: None
    bound: None
    path: list[tuple[int, float, float]]
    sentence: str
    approved: None
    corrected: None
    rejected: None
    unjudgeable: None


# What those who may check hear of a running certificate audit instead of its result
HIDDEN: Hidden = {
    "observed": None,
    "bound": None,
    "path": [],
    "sentence": "The result is shown after the audit, so that it sways nobody.",
    "approved": None,
    "corrected": None,
    "rejected": None,
    "unjudgeable": None,
}


def drawn(round: Round) -> tuple[int, int, Literal["checks"]]:
    """Checks decided, checks needed as it stands, and their unit."""
    return *within(round, standing.needed(round)), "checks"


def within(round: Round, needed: int) -> tuple[int, int]:
    """Of the checks of the first `needed` images: decided ones, all; before the order is drawn
    nobody knows which will be made twice."""
    if AuditPlan.objects.filter(round=round, seed="").exists():
        return 0, needed
    rows = round.audits.filter(kind="certificate", position__lt=needed)  # type: ignore[attr-defined]
    return rows.decided().count(), rows.count()


def progress(job: Job, *, quality_shown: bool = True) -> AuditProgress | None:
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


def _certificate_progress(round: Round, quality_shown: bool) -> AuditProgress:
    locked = AuditPlan.objects.get(round=round)
    now = standing.standing(locked)
    plan = now.plan
    done, about = within(round, now.needed)
    known: AuditProgress = {
        "kind": Audit.Kind.CERTIFICATE,
        "round": round.number,
        "decided": done,
        "about": about,
        "budget": plan.budget,
        "target": float(locked_plans.locked_plan(locked).plan.targets[-1]),
        **HIDDEN,
    }
    if not quality_shown:
        return known
    path = _path(now, (round.pk, len(now.values), plan.budget))
    return {
        **known,
        "observed": path[-1][1] if path else None,
        "bound": path[-1][2] if path else None,
        "path": path,
        "sentence": _sentence(now.test, plan, round, plan.budget - locked.budgets[-1][1]),
        **_verdicts(round, Audit.Kind.CERTIFICATE),
    }


_paths: dict[tuple[int, int, int], list[tuple[int, float, float]]] = {}


def _path(now: standing.Standing, key: tuple[int, int, int]) -> list[tuple[int, float, float]]:
    """Observed mean and bound after some of the draws; the bound is a search, so it is kept."""
    if key not in _paths:
        _paths.clear()  # one audit is watched at a time; an older path is never asked for again
        _paths[key] = [
            (
                n,
                round(float(np.mean(now.values[:n])), 4),
                round(proofs.weakest_bound(now.plan, now.values[:n]), 4),
            )
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


def _verdicts(round: Round, kind: str) -> Verdicts:
    found = dict(
        round.audits.filter(kind=kind, blind=False)  # type: ignore[attr-defined]
        .values_list("verdict")
        .annotate(n=Count("pk"))
        .values_list("verdict", "n")
    )
    return {
        "approved": found.get("approved", 0),
        "corrected": found.get("corrected", 0),
        "rejected": found.get("rejected", 0),
        "unjudgeable": found.get("unjudgeable", 0),
    }


def _monitoring_progress(round: Round) -> AuditProgress:
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
        "kind": Audit.Kind.MONITORING,
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


def _seen(values: list[float]) -> tuple[int, float, float]:
    """Checks, their mean, and how low the mean of all may lie."""
    low, _ = _interval(values) or (0.0, 1.0)
    return len(values), _mean(values) or 0.0, round(low, 4)


def _interval(values: list[float]) -> tuple[float, float] | None:
    """95 % interval of the mean by Hoeffding: wide with few checks, never falsely sure."""
    if not values:
        return None
    mean = sum(values) / len(values)
    half = (3.689 / (2 * len(values))) ** 0.5  # log(2 / .05)
    return max(0.0, mean - half), min(1.0, mean + half)
