"""What a closing round puts to the proof: nested sets, or one set for each class."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.core.boxes import BoxSet
from labeling.models import Round
from mlassist.core import calibration as rules
from mlassist.core.classes import NOTHING, choose_sets, stands_for


@dataclass(frozen=True)
class Seen:
    """Images as the detector sees them, arrays in one order."""

    boxes: Sequence[BoxSet]  # those that count
    confidence: np.ndarray  # (n,)


@dataclass(frozen=True)
class Trial:
    """The sets to be proved and the checks for it; empty where nothing is good enough."""

    thresholds: Sequence[float] = ()
    ranks: Sequence[int | None] = ()  # of each pool image: its set, the strictest if nested
    budget: int = 0
    classes: Sequence[str] = ()  # whose each set is, where each class has its own
    left_out: Mapping[str, str] = field(default_factory=dict)  # class → why


def nested(
    pool: Seen, known: Seen, quality: np.ndarray, round: Round, level: float,
    target_of: Callable[[int], float],
) -> Trial:  # fmt: skip
    """Sets inside each other, up to one standard error looser than the estimate allows, for the
    audit tells (core.calibration.candidate_sets)."""
    sets = rules.candidate_sets(
        pool.confidence, known.confidence, quality, round.settings["target_quality"],
        doubt=1.0, level=level, target_of=target_of,
    )  # fmt: skip
    if not sets:
        return Trial()
    loosest = sets[-1]
    gap = loosest.estimate - target_of(loosest.size)
    planned = rules.audit_budget(loosest.spread, gap, loosest.size, level)
    thresholds = [s.threshold for s in sets]
    ranks = [
        next((i for i, threshold in enumerate(thresholds) if value >= threshold), None)
        for value in pool.confidence.tolist()
    ]
    return Trial(thresholds, ranks, min(planned, round.settings["audit_budget"]))


def by_class(pool: Seen, known: Seen, quality: np.ndarray, round: Round, level: float) -> Trial:
    """One set for each class that can be shown; the others are named with the reason."""
    names = {c["index"]: c["name"] for c in round.settings["classes"]} | {NOTHING: "no object"}
    all_of = stands_for([*pool.boxes, *known.boxes])
    pool_class, known_class = all_of[: len(pool.boxes)], all_of[len(pool.boxes) :]
    chosen = choose_sets(
        pool_class, pool.confidence, known_class, known.confidence, quality,
        round.settings["target_quality"], level, round.settings["audit_budget"],
    )  # fmt: skip
    sets = {one.class_id: one.found for one in chosen if one.found is not None}
    place = {class_id: i for i, class_id in enumerate(sets)}
    ranks = [
        place[c] if c in sets and value >= sets[c].threshold else None
        for c, value in zip(pool_class.tolist(), pool.confidence.tolist(), strict=True)
    ]
    most = max((one.draws for one in chosen if one.found is not None), default=0)
    # The classes take turns, so each is drawn as often as the hardest needs, or to its end.
    checks = sum(min(one.size, most) for one in sets.values())
    return Trial(
        [one.threshold for one in sets.values()],
        ranks,
        min(round.settings["audit_budget"], max(rules.LEAST_CHECKS, checks)),
        [names[class_id] for class_id in sets],
        {names[one.class_id]: one.reason for one in chosen if one.found is None},
    )
