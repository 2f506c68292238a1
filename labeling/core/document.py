"""The certificate as a file: built from the audit, recomputed from the file alone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from labeling.core import parts, promise
from labeling.core.audit_plan import Plan, audit_order
from labeling.core.blind import Anchoring, Pair, anchoring, freeing
from labeling.core.boxes import pack
from labeling.core.certificate import Wealth, extended, rest_bound, run_test
from labeling.core.quality import Comparison, compare

FORMAT = "boxwise-certificate/3"
READ = ("boxwise-certificate/2", FORMAT)  # the former knew no checks added by rule
TOLERANCE = 1e-9


def canonical(content: Any) -> bytes:
    """The one way to write `content` as bytes, for hashing."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()


def plan_of(frozen: dict[str, Any]) -> Plan:
    """The test's plan from the document's frozen part."""
    content = frozen["content"]
    candidates, sets = content["candidates"], content["sets"]
    order = order_of(content, frozen["seed"])
    return Plan(
        ranks=np.array([candidates[i][1] for i in order], int),
        sizes=np.array([s["size"] for s in sets], int),
        targets=np.array([s.get("target", content["target"]) for s in sets], float),
        level=content["level"],
        budgets=tuple((first, audits) for first, audits in frozen["budgets"]),
        exact=parts.kind_of(frozen["content"]) == promise.DEFECT_FREE,
        apart=parts.by_class(content),
    )


def plan_for(frozen: dict[str, Any], draws: Sequence[Mapping[str, Any]]) -> tuple[Plan, float]:
    """The plan to test these draws with, and what frees their mean of the drawers' noise.

    `draws`: each with `predicted`, `boxes` and `value`. Where the checks were made from blank their
    values hold that noise, so the targets are lowered by what it takes from values on average; else
    1. Checks that the draws have earned (certificate.extended) are in the plan.
    """
    content = frozen["content"]
    blank = parts.from_blank(content)
    found = [_against(draw["predicted"], draw["boxes"]) for draw in draws] if blank else []
    values = [draw["value"] for draw in draws]

    def freed(plan: Plan, count: int) -> tuple[Plan, float]:
        factor = 1.0
        if blank:
            factor = freeing(parts.kind_of(content), found[:count], parts.hand_in(content))
        if factor in (0.0, 1.0):  # 0: nothing passed
            return plan, 1.0
        return replace(plan, targets=np.minimum(plan.targets / factor, 1.0)), factor

    def seen(plan: Plan) -> Wealth:
        return run_test(freed(plan, plan.budget)[0], values[: plan.budget])

    plan = extended(plan_of(frozen), len(draws), parts.most_checks(content), seen)
    return freed(plan, len(draws))


def _against(predicted: list[Any], drawn: list[Any] | None) -> Comparison | None:
    return None if drawn is None else compare(pack(predicted), pack(drawn))


def order_of(content: dict[str, Any], seed: str) -> list[int]:
    """The frozen order, as places among the candidates."""
    keys = [key for key, _ in content["candidates"]]
    ranks = [rank for _, rank in content["candidates"]]
    return audit_order(keys, seed, ranks if parts.by_class(content) else None)


def conclude(frozen: dict[str, Any], draws: list[dict[str, Any]]) -> dict[str, Any]:
    """What the draws show: the result part of the document.

    `draws`: the gapless prefix of the frozen order, each with `value` and `blind_value` or None.
    """
    plan, factor = plan_for(frozen, draws)
    values = [draw["value"] for draw in draws]
    test = run_test(plan, values)
    content = frozen["content"]
    bias = anchoring(parts.kind_of(content), _pairs(draws), parts.hand_in(content))
    kept = certified(plan, test, values, bias)
    outcome = "certified" if kept else "refused" if test.shown else "not_provable"
    bounds = [
        min(1.0, rest_bound(plan, values, rank) * factor)
        for rank in (kept if plan.apart else kept[-1:])
    ]
    return {
        "outcome": outcome,
        "sets_tested": len(test.shown),
        "sets_certified": len(kept),
        **({"sets_shown": list(kept)} if plan.apart else {}),
        "certified_images": plan.images(kept),
        "audited": len(values),
        "observed_mean": float(np.mean(values)) if values else None,
        "freeing": factor,
        "wealth": [[float(w) for w in row] for row in test.path],
        # the rest of several sets is at least as good as that of the worst of them
        "rest_bound": min(bounds, default=None),
        "anchoring": vars(bias) if bias else None,
        # of each set, with its interval
        "judged_blind": [
            list(bias.judged_blind(_within(plan, values, rank), plan.sizes[rank])) if bias else None
            for rank in test.shown
        ],
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
    if plan.apart or not held:
        return tuple(held)
    return tuple(range(held[-1] + 1))


def _within(plan: Plan, values: list[float], rank: int) -> list[float]:
    """The checked values of one set."""
    inside = plan.holds(len(values))[:, rank]
    return [value for value, own in zip(values, inside, strict=True) if own]


def _pairs(draws: list[dict[str, Any]]) -> list[Pair]:
    """The images that were judged both ways."""
    return [
        Pair(draw["value"], draw["blind_value"], _against(draw["predicted"], draw["blind_boxes"]))
        for draw in draws
        if draw["blind_value"] is not None
    ]


def build(
    about: dict[str, Any], frozen: dict[str, Any], draws: list[dict[str, Any]]
) -> dict[str, Any]:
    """The whole document, sealed by its digest."""
    body = {
        "format": FORMAT,
        "about": about,
        "frozen": frozen,
        "draws": draws,
        "result": conclude(frozen, draws),
    }
    return {**body, "digest": digest(body)}


def schema() -> dict[str, Any]:
    """The file format, every entry explained (JSON Schema)."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("certificate.schema.json").read_text()
    )
    return found


def verify(document: dict[str, Any]) -> list[str]:
    """What does not hold in a certificate; empty if everything recomputes."""
    if document.get("format") not in READ:
        return [f"Unknown format {document.get('format')!r}; this program reads {FORMAT}."]
    if malformed := best_match(Draft202012Validator(schema()).iter_errors(document)):
        return [f"Not a complete certificate: {malformed.json_path}: {malformed.message[:200]}"]
    faults = []
    body = {key: value for key, value in document.items() if key != "digest"}
    if digest(body) != document.get("digest"):
        faults.append("The document was changed: its digest does not match.")
    frozen, draws = document["frozen"], document["draws"]
    if digest(frozen["content"]) != frozen["content_digest"]:
        faults.append("The frozen part was changed after the seed was drawn.")
    content = frozen["content"]
    order = [content["candidates"][i][0] for i in order_of(content, frozen["seed"])]
    if digest(order) != frozen["order_digest"]:
        faults.append("The audit order is not the one that the seed gives.")
    for i, draw in enumerate(draws):
        if draw["image"] != order[i]:
            faults.append(f"Draw {i + 1} is not the image that the frozen order names.")
            break
    kind = parts.kind_of(frozen["content"])
    faults += [f for i, draw in enumerate(draws) if (f := _value_fault(i, draw, kind))]
    if not faults and not _same(conclude(frozen, draws), document["result"]):
        faults.append("The result does not follow from the draws.")
    return faults


def _value_fault(i: int, draw: dict[str, Any], kind: str) -> str | None:
    for boxes, value in (("boxes", "value"), ("blind_boxes", "blind_value")):
        if draw[value] is None:
            continue
        expected = (
            0.0
            if draw[boxes] is None  # could not be judged
            else promise.value(kind, pack(draw["predicted"]), pack(draw[boxes]))
        )
        if abs(expected - draw[value]) > 1e-6:
            return f"Draw {i + 1}: its {value} does not follow from its boxes."
    return None


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= TOLERANCE * max(1.0, abs(a))
    return bool(a == b)
