"""Certificates made from their parts, as the server makes them, for tests of the file."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from labeling.certification.core import document, honeypots, seed
from labeling.certification.core.expected import Expected, expected_of
from labeling.kernel import digests, signatures
from labeling.kernel.boxes import Box

SERVER, REVIEWER, KEY = "ab" * 32, "cd" * 32, "11" * 32  # numbers, and the site's private key
SEED = seed.seed_of(SERVER, REVIEWER)
PREDICTED = [{"class_id": 0, "x1": 10.0, "y1": 10.0, "x2": 60.0, "y2": 60.0, "score": 0.9}]

Drawn = Callable[[str, int], dict[str, Any]]  # (image, rank) -> what a check of it holds


def content(images: int = 60, checks: int = 30, **changes: Any) -> dict[str, Any]:
    """What a plan locks, of two nested sets with the same target."""
    target = changes.pop("target", 0.6)
    predicted = changes.pop("predicted", PREDICTED)
    exact = changes.get("guarantee") == "defect_free"
    bets = {} if exact else {"expected": expected_of(np.arange(20) / 20, np.full(20, 0.9))}
    return {
        "about": {"detector": "00"},
        "attempt": 1,
        "previous": None,
        "risk": 0.1,
        "server_nonce_digest": seed.nonce_digest(SERVER),
        "guarantee": "quality",
        "images": images,
        "granted": 0.0,
        "target": target,
        "level": 0.08,
        "budget": checks,
        "most_checks": checks,
        "drawn_blind": False,
        "sets": [
            {"threshold": threshold, "size": size, "target": target, **bets}
            for threshold, size in ((0.9, images // 2), (0.5, images))
        ],
        "candidates": [
            [
                f"{i:064x}",
                i % 2,
                seed.commitment(SERVER, f"{i:064x}", predicted),
                (0.95, 0.7)[i % 2],
            ]
            for i in range(images)
        ],
        **changes,
    }


def expecting(images: int, quality: Sequence[float], sets: int = 1) -> Expected:
    """Of nested sets of so many images in all, whose confidences say nothing."""
    known = np.array(quality, float)
    return Expected.of([0.0] * images, [expected_of(np.zeros(len(known)), known)] * sets)


def lock(content: dict[str, Any]) -> dict[str, Any]:
    """The locked part with everything that follows from the content."""
    locked = {
        "content": content,
        "content_digest": digests.digest(content),
        "server_nonce": SERVER,
        "reviewer_nonce": REVIEWER,
        "budgets": [[0, content["budget"]]],
    }
    locked["seed"] = SEED
    locked["order_digest"] = digests.digest([key for key, _ in order(locked)])
    return locked


def order(locked: dict[str, Any]) -> list[tuple[str, int]]:
    """Images of the locked order, with the strictest set that holds each."""
    places = document.order_of(locked["content"], locked["seed"])
    return [tuple(locked["content"]["candidates"][i][:2]) for i in places]


def refused_honeypot(draw: dict[str, Any], drawn: list[Box]) -> bool | None:
    """What an honest checker says of the wrong box of this check; None: it has none."""
    width, height = draw["size"]
    place = SEED, draw["image"], (width, height), draw["predicted"], drawn
    return False if honeypots.wrong_box(*place) else None


def make(content: dict[str, Any], drawn: Drawn, **about: Any) -> dict[str, Any]:
    """A certificate whose planned checks found what `drawn` says."""
    locked = lock(content)
    draws = [
        {"image": key, "predicted": PREDICTED, "drawn": None, **BLANK, **drawn(key, rank)}
        for key, rank in order(locked)[: content["budget"]]
    ]
    for draw in draws:
        blind = content["drawn_blind"] and draw["boxes"] is not None
        missed = refused_honeypot(draw, draw["drawn"] or []) if blind else None
        draw.setdefault("missed_honeypot", missed)
    told = {"job": "x", "earlier_attempts": [], **about}
    return document.build(told, locked, draws, KEY)


def again(paper: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The certificate changed, its result as it was, digest and signature made anew."""
    forged = copy.deepcopy(paper)
    change(forged)
    body = {k: v for k, v in forged.items() if k not in ("digest", "signature")}
    found = digests.digest(body)
    return {**body, "digest": found, "signature": signatures.sign(KEY, found)}


BLANK = {
    "size": [200, 150],
    "checker": 1,
    "verdict": "corrected",
    "blind_checker": None,
    "blind_missed_honeypot": None,
    "blind_drawn": None,
    "blind_boxes": None,
    "blind_value": None,
}
