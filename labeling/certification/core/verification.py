"""Whether a certificate holds: everything in it recomputed from the file alone."""

from typing import cast

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from labeling.certification.core import plan_content, seed
from labeling.certification.core.audit_plan import level_of
from labeling.certification.core.document import FORMAT, conclude, order_of, schema
from labeling.certification.core.draw_faults import TOLERANCE, draw_faults
from labeling.kernel import guarantee, signatures
from labeling.kernel.certificate_shapes import Document, LockedContent
from labeling.kernel.digests import digest
from labeling.kernel.json_shapes import JSON


def verify(given: dict[str, JSON]) -> list[str]:
    """What does not hold in a certificate; empty if everything recomputes."""
    if given.get("format") != FORMAT:
        return [f"Unknown format {given.get('format')!r}; this program reads {FORMAT}."]
    if malformed := best_match(Draft202012Validator(schema()).iter_errors(given)):
        return [f"Not a complete certificate: {malformed.json_path}: {malformed.message[:200]}"]
    document = cast(Document, given)  # as the schema has it
    faults = []
    body = {key: value for key, value in given.items() if key not in ("digest", "signature")}
    if digest(body) != document["digest"]:
        faults.append("The document was changed: its digest does not match.")
    if not signatures.is_signed(document["digest"], document["signature"]):
        faults.append("The signature is not that of its key for this document.")
    locked, draws = document["locked"], document["draws"]
    if digest(locked["content"]) != locked["content_digest"]:
        faults.append("The locked part was changed after the seed was drawn.")
    content = locked["content"]
    faults += _plan_faults(document) + _seed_faults(document) + _chain_faults(document)
    faults += _order_faults(document)
    kind, strict = content["guarantee"], content["drawn_blind"]
    faults += draw_faults(draws, kind, locked["seed"], strict)
    if not faults and not _same(conclude(locked, draws), document["result"]):
        faults.append("The result does not follow from the draws.")
    return faults


def _plan_faults(document: Document) -> list[str]:
    """Where what the test starts from does not follow from what was locked."""
    locked = document["locked"]
    content, budgets = locked["content"], locked["budgets"]
    sets = content["sets"]
    faults = []
    if abs(content["level"] - level_of(content["attempt"], content["risk"])) > TOLERANCE:
        faults.append("The level is not the share of the risk that this attempt has.")
    if list(budgets[0]) != [0, min(content["budget"], len(content["candidates"]))]:
        faults.append("The first budget is not the one that was locked.")
    firsts, checks = zip(*budgets, strict=True)
    if list(firsts) != sorted(firsts) or list(checks) != sorted(set(checks)):
        faults.append("A budget was lowered, or raised before an earlier one.")
    if firsts[-1] > len(document["draws"]):
        faults.append("A budget was raised after a check that is not in the file.")
    ranks = np.array([rank for _, rank, *_ in content["candidates"]], int)
    counts = np.bincount(ranks, minlength=len(sets))
    sizes = counts if plan_content.by_class(content) else np.cumsum(counts)
    if sizes.tolist() != [one["size"] for one in sets]:
        faults.append("The sizes of the sets are not those of their images.")
    if any(_is_elsewhere(content, rank, sure) for _, rank, _, sure in content["candidates"]):
        faults.append("An image is not in the set that its confidence and the thresholds give.")
    if any("expected" in one for one in sets) == (content["guarantee"] == guarantee.DEFECT_FREE):
        faults.append("What the bets start from is missing, or given for the exact test.")
    said = guarantee.Guarantee(content["guarantee"], content["images"], content["granted"])
    if any(
        abs(one["target"] - said.set_target(content["target"], one["size"])) > TOLERANCE
        for one in sets
    ):
        faults.append("A set's target does not follow from the guarantee.")
    return faults


def _is_elsewhere(content: LockedContent, rank: int, confidence: float) -> bool:
    """Whether an image of this confidence belongs to another set: below the threshold of its own,
    or, where sets are nested, not below that of a stricter one."""
    thresholds = [one["threshold"] for one in content["sets"]]
    if confidence < thresholds[rank]:
        return True
    nested = not plan_content.by_class(content)
    return nested and any(confidence >= floor for floor in thresholds[:rank])


def _seed_faults(document: Document) -> list[str]:
    """Where the seed does not follow from the two numbers, or the server's was not fixed before."""
    locked = document["locked"]
    faults = []
    if seed.nonce_digest(locked["server_nonce"]) != locked["content"]["server_nonce_digest"]:
        faults.append("The server's number is not the one that was locked.")
    if seed.seed_of(locked["server_nonce"], locked["reviewer_nonce"]) != locked["seed"]:
        faults.append("The seed does not follow from the server's and the reviewer's number.")
    return faults


def _order_faults(document: Document) -> list[str]:
    """Where the draws are not the first images of the order, with the boxes that were locked."""
    locked, draws = document["locked"], document["draws"]
    content = locked["content"]
    order = [content["candidates"][i] for i in order_of(content, locked["seed"])]
    if digest([key for key, *_ in order]) != locked["order_digest"]:
        return ["The audit order is not the one that the seed gives."]
    if len(draws) > len(order):
        return ["There are more draws than images in the locked order."]
    for i, (draw, (key, _, fixed, _)) in enumerate(zip(draws, order, strict=False)):
        if draw["image"] != key:
            return [f"Draw {i + 1} is not the image that the locked order names."]
        if seed.commitment(locked["server_nonce"], key, draw["predicted"]) != fixed:
            return [f"Draw {i + 1}: the label's boxes are not those that were locked."]
    return []


def _chain_faults(document: Document) -> list[str]:
    """Where the attempts before this one do not lead up to it."""
    content, earlier = document["locked"]["content"], document["about"]["earlier_attempts"]
    if len(earlier) != content["attempt"] - 1:
        return ["The earlier attempts are not as many as the number of this one says."]
    if content["previous"] != (earlier[-1]["content_digest"] if earlier else None):
        return ["The attempt before this one is not the one that was locked."]
    return []


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
