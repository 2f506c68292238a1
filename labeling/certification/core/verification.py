"""Whether a certificate holds: everything in it recomputed from the file alone."""

from typing import cast

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from labeling.certification.core import plan_content
from labeling.certification.core.document import FORMAT, conclude, digest, order_of, schema
from labeling.certification.core.draw_faults import TOLERANCE, draw_faults
from labeling.kernel import guarantee
from labeling.kernel.certificate_shapes import Document
from labeling.kernel.json_shapes import JSON


def verify(given: dict[str, JSON]) -> list[str]:
    """What does not hold in a certificate; empty if everything recomputes."""
    if given.get("format") != FORMAT:
        return [f"Unknown format {given.get('format')!r}; this program reads {FORMAT}."]
    if malformed := best_match(Draft202012Validator(schema()).iter_errors(given)):
        return [f"Not a complete certificate: {malformed.json_path}: {malformed.message[:200]}"]
    document = cast(Document, given)  # as the schema has it
    faults = []
    body = {key: value for key, value in given.items() if key != "digest"}
    if digest(body) != given.get("digest"):
        faults.append("The document was changed: its digest does not match.")
    locked, draws = document["locked"], document["draws"]
    if digest(locked["content"]) != locked["content_digest"]:
        faults.append("The locked part was changed after the seed was drawn.")
    content = locked["content"]
    faults += _plan_faults(document)
    order = [content["candidates"][i][0] for i in order_of(content, locked["seed"])]
    if digest(order) != locked["order_digest"]:
        faults.append("The audit order is not the one that the seed gives.")
    for i, draw in enumerate(draws):
        if draw["image"] != order[i]:
            faults.append(f"Draw {i + 1} is not the image that the locked order names.")
            break
    kind, strict = content["guarantee"], content["drawn_blind"]
    faults += draw_faults(draws, kind, locked["seed"], strict)
    if not faults and not _same(conclude(locked, draws), document["result"]):
        faults.append("The result does not follow from the draws.")
    return faults


def _plan_faults(document: Document) -> list[str]:
    """Where what the test starts from does not follow from what was locked."""
    about, locked = document["about"], document["locked"]
    content, budgets = locked["content"], locked["budgets"]
    sets = content["sets"]
    faults = []
    if abs(content["level"] - about["risk"] / 2 ** about["attempt"]) > TOLERANCE:
        faults.append("The level is not the risk, halved at each attempt.")
    if list(budgets[0]) != [0, min(content["budget"], len(content["candidates"]))]:
        faults.append("The first budget is not the one that was locked.")
    firsts, checks = zip(*budgets, strict=True)
    if list(firsts) != sorted(firsts) or list(checks) != sorted(set(checks)):
        faults.append("A budget was lowered, or raised before an earlier one.")
    if firsts[-1] > len(document["draws"]):
        faults.append("A budget was raised after a check that is not in the file.")
    ranks = np.array([rank for _, rank in content["candidates"]], int)
    counts = np.bincount(ranks, minlength=len(sets))
    sizes = counts if plan_content.by_class(content) else np.cumsum(counts)
    if sizes.tolist() != [one["size"] for one in sets]:
        faults.append("The sizes of the sets are not those of their images.")
    said = guarantee.Guarantee(content["guarantee"], content["images"], content["granted"])
    if any(
        abs(one["target"] - said.set_target(content["target"], one["size"])) > TOLERANCE
        for one in sets
    ):
        faults.append("A set's target does not follow from the guarantee.")
    return faults


def _same(a: object, b: object) -> bool:
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return (
            isinstance(b, (list, tuple))
            and len(a) == len(b)
            and all(_same(x, y) for x, y in zip(a, b, strict=True))
        )
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= TOLERANCE * max(1.0, abs(a))
    return bool(a == b)
