"""The certificate as a file: what was locked, the draws, and what follows from them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from labeling.certification.core import plan_content
from labeling.certification.core.audit_plan import Plan, audit_order
from labeling.certification.core.nested_test import Wealth, extended, rest_bound, run_test
from labeling.certification.core.noise_correction import (
    Anchoring,
    Pair,
    anchoring,
    noise_correction,
)
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, pack
from labeling.kernel.certificate_shapes import (
    AnchoringSaid,
    Body,
    CheckedBoxes,
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
from labeling.kernel.json_shapes import JSON
from labeling.kernel.quality import Comparison, compare

FORMAT = "boxwise-certificate/4"


def canonical(content: object) -> bytes:
    """The one way to write `content` as bytes, for hashing."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: object) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()


def plan_of(locked: LockedStart) -> Plan:
    """The test's plan from the document's locked part."""
    content = locked["content"]
    candidates, sets = content["candidates"], content["sets"]
    order = order_of(content, locked["seed"])
    return Plan(
        ranks=np.array([candidates[i][1] for i in order], int),
        sizes=np.array([s["size"] for s in sets], int),
        targets=np.array([s["target"] for s in sets], float),
        level=content["level"],
        budgets=budgets_of(locked["budgets"]),
        exact=content["guarantee"] == guarantee.DEFECT_FREE,
        per_class=plan_content.by_class(content),
    )


def budgets_of(stored: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Budgets as a plan has them."""
    return tuple((first, audits) for first, audits in stored)


def plan_for(
    planned: Plan, content: PlanContent, draws: Sequence[CheckedBoxes]
) -> tuple[Plan, float]:
    """The plan to test these draws with, and what frees their mean of the drawers' noise.

    `planned`: before any draw; `content`: what was locked, its candidates are not needed; `draws`:
    each with `predicted`, `boxes` and `value`. Where the checks were made blind their
    values hold that noise, so the targets are lowered by what it takes from values on average; else
    1. Checks that the draws have earned (certificate.extended) are in the plan.
    """
    blank = content["drawn_blind"]
    found = [_against(draw["predicted"], draw["boxes"]) for draw in draws] if blank else []
    values = [draw["value"] for draw in draws]

    def corrected(plan: Plan, count: int) -> tuple[Plan, float]:
        factor = 1.0
        if blank:
            factor = noise_correction(
                content["guarantee"], found[:count], plan_content.noise_in(content)
            )
        if factor == 1:
            return plan, 1.0
        # 0: what passed may all have passed because its checkers overlooked something, too
        targets = plan.targets / factor if factor else np.where(plan.targets > 0, 1.0, 0.0)
        return replace(plan, targets=np.minimum(targets, 1.0)), factor

    def seen(plan: Plan) -> Wealth:
        return run_test(corrected(plan, plan.budget)[0], values[: plan.budget])

    plan = extended(planned, len(draws), content["most_checks"], seen)
    return corrected(plan, len(draws))


def _against(predicted: list[Box], drawn: list[Box] | None) -> Comparison | None:
    return None if drawn is None else compare(pack(predicted), pack(drawn))


def order_of(content: LockedContent, seed: str) -> list[int]:
    """The locked order, as places among the candidates."""
    keys = [key for key, _ in content["candidates"]]
    ranks = [rank for _, rank in content["candidates"]]
    return audit_order(keys, seed, ranks if plan_content.by_class(content) else None)


def conclude(locked: Locked, draws: list[Draw]) -> Result:
    """What the draws show: the result part of the document.

    `draws`: the gapless prefix of the locked order, each with `value` and `blind_value` or None.
    """
    content = locked["content"]
    plan, factor = plan_for(plan_of(locked), content, draws)
    values = [draw["value"] for draw in draws]
    test = run_test(plan, values)
    bias = anchoring(content["guarantee"], _pairs(draws), plan_content.noise_in(content))
    kept = certified(plan, test, values, bias)
    outcome: Outcome = "certified" if kept else "refused" if test.shown else "not_provable"
    bounds = [
        min(1.0, rest_bound(plan, values, rank) * factor)
        for rank in (kept if plan.per_class else kept[-1:])
    ]
    result: Result = {
        "outcome": outcome,
        "sets_tested": len(test.shown),
        "sets_certified": len(kept),
        "certified_images": plan.images(kept),
        "audited": len(values),
        "observed_mean": float(np.mean(values)) if values else None,
        "noise_correction": factor,
        "wealth": [[float(w) for w in row] for row in test.path],
        # the rest of several sets is at least as good as that of the worst of them
        "rest_bound": min(bounds, default=None),
        "anchoring": _said(bias) if bias else None,
        # of each set, with its interval
        "judged_blind": [
            bias.judged_blind(_within(plan, values, rank), plan.sizes[rank]) if bias else None
            for rank in test.shown
        ],
    }
    if plan.per_class:
        result["sets_shown"] = list(kept)
    return result


def _said(bias: Anchoring) -> AnchoringSaid:
    return {
        "images": bias.images,
        "blind_mean": bias.blind_mean,
        "corrected_mean": bias.corrected_mean,
        "shown_mean": bias.shown_mean,
        "bias": bias.bias,
        "bias_error": bias.bias_error,
        "measured": bias.measured,
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
        Pair(draw["value"], draw["blind_value"], _against(draw["predicted"], draw["blind_boxes"]))
        for draw in draws
        if draw["blind_value"] is not None
    ]


def build(about: Origin, locked: Locked, draws: list[Draw]) -> Document:
    """The whole document, locked by its digest."""
    body: Body = {
        "format": FORMAT,
        "about": about,
        "locked": locked,
        "draws": draws,
        "result": conclude(locked, draws),
    }
    return {**body, "digest": digest(body)}


def schema() -> dict[str, JSON]:
    """The file format, every entry explained (JSON Schema)."""
    found: dict[str, JSON] = json.loads(
        Path(__file__).with_name("certificate.schema.json").read_text()
    )
    return found
