"""The certificate as a file: what was locked, the draws, and what follows from them."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from labeling.certification.core import checked_twice, plan_content
from labeling.certification.core.anchoring import Anchoring, Pair, anchoring
from labeling.certification.core.audit_plan import Plan, audit_order
from labeling.certification.core.expected import Expected
from labeling.certification.core.nested_test import Wealth, extended, rest_bound, run_test
from labeling.kernel import guarantee, signatures
from labeling.kernel.certificate_shapes import (
    AnchoringSaid,
    Body,
    Document,
    Draw,
    Locked,
    LockedContent,
    LockedStart,
    Origin,
    Outcome,
    PlanContent,
    Result,
)
from labeling.kernel.digests import digest
from labeling.kernel.json_shapes import JSON

FORMAT = "boxwise-certificate/6"


def plan_of(locked: LockedStart) -> Plan:
    """The test's plan from the document's locked part."""
    content = locked["content"]
    candidates, sets = content["candidates"], content["sets"]
    order = order_of(content, locked["seed"])
    known = [s["expected"] for s in sets if "expected" in s]
    return Plan(
        ranks=np.array([candidates[i][1] for i in order], int),
        sizes=np.array([s["size"] for s in sets], int),
        targets=np.array([s["target"] for s in sets], float),
        level=content["level"],
        budgets=budgets_of(locked["budgets"]),
        exact=content["guarantee"] == guarantee.DEFECT_FREE,
        expected=Expected.of([candidates[i][3] for i in order], known) if known else None,
        per_class=plan_content.by_class(content),
    )


def budgets_of(stored: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Budgets as a plan has them."""
    return tuple((first, audits) for first, audits in stored)


def plan_for(planned: Plan, content: PlanContent, values: Sequence[float]) -> Plan:
    """The plan with the checks that these values have earned (nested_test.extended).

    `planned`: before any draw; `content`: what was locked, its candidates are not needed.
    """

    def seen(plan: Plan) -> Wealth:
        return run_test(plan, values[: plan.budget])

    return extended(planned, len(values), content["most_checks"], seen)


def order_of(content: LockedContent, seed: str) -> list[int]:
    """The locked order, as places among the candidates."""
    keys = [key for key, *_ in content["candidates"]]
    ranks = [rank for _, rank, *_ in content["candidates"]]
    return audit_order(keys, seed, ranks if plan_content.by_class(content) else None)


def conclude(locked: Locked, draws: list[Draw]) -> Result:
    """What the draws show: the result part of the document.

    `draws`: the gapless prefix of the locked order, each with `value` and `blind_value` or None.
    """
    content = locked["content"]
    values = [draw["value"] for draw in draws]
    plan = plan_for(plan_of(locked), content, values)
    test = run_test(plan, values)
    bias = None if content["drawn_blind"] else anchoring(_pairs(draws))
    kept = certified(plan, test, values, bias)
    outcome: Outcome = "certified" if kept else "refused" if test.shown else "not_provable"
    bounds = [rest_bound(plan, values, rank) for rank in (kept if plan.per_class else kept[-1:])]
    result: Result = {
        "outcome": outcome,
        "sets_tested": len(test.shown),
        "sets_certified": len(kept),
        "certified_images": plan.images(kept),
        "audited": len(values),
        "observed_mean": float(np.mean(values)) if values else None,
        "wealth": [[float(w) for w in row] for row in test.path],
        # the rest of several sets is at least as good as that of the worst of them
        "rest_bound": min(bounds, default=None),
        "anchoring": _said(bias) if bias else None,
        # of each set, with its interval
        "judged_blind": [
            list(bias.judged_blind(_within(plan, values, rank), int(plan.sizes[rank])))
            if bias
            else None
            for rank in test.shown
        ],
        "checked_twice": (
            checked_twice.measure(draws, locked["seed"]) if content["drawn_blind"] else None
        ),
    }
    if plan.per_class:
        result["sets_shown"] = list(kept)
    return result


def _said(bias: Anchoring) -> AnchoringSaid:
    return {
        "images": bias.images,
        "blind_mean": bias.blind_mean,
        "shown_mean": bias.shown_mean,
        "bias": bias.bias,
        "bias_error": bias.bias_error,
    }


def certified(
    plan: Plan, test: Wealth, values: list[float], bias: Anchoring | None
) -> tuple[int, ...]:
    """Of the sets that the test shows, those that hold when judged blind, too; nested: the largest
    and all within it. Leaving sets out takes nothing from the proof of the others."""
    held = [
        rank
        for rank in test.shown
        if bias is None
        or bias.holds(_within(plan, values, rank), int(plan.sizes[rank]), float(plan.targets[rank]))
    ]
    if plan.per_class or not held:
        return tuple(held)
    return tuple(range(held[-1] + 1))


def _within(plan: Plan, values: list[float], rank: int) -> list[float]:
    """The checked values of one set."""
    inside = plan.holds(len(values))[:, rank]
    return [value for value, own in zip(values, inside, strict=True) if own]


def _pairs(draws: list[Draw]) -> list[Pair]:
    """The images that were judged both ways."""
    return [
        Pair(draw["value"], draw["blind_value"])
        for draw in draws
        if draw["blind_value"] is not None
    ]


def build(about: Origin, locked: Locked, draws: list[Draw], private_key: str) -> Document:
    """The whole document, locked by its digest, which the site's key signs."""
    body: Body = {
        "format": FORMAT,
        "about": about,
        "locked": locked,
        "draws": draws,
        "result": conclude(locked, draws),
    }
    found = digest(body)
    return {**body, "digest": found, "signature": signatures.sign(private_key, found)}


def schema() -> dict[str, JSON]:
    """The file format, every entry explained (JSON Schema)."""
    found: dict[str, JSON] = json.loads(
        Path(__file__).with_name("certificate.schema.json").read_text()
    )
    return found
