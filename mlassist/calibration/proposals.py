"""What a confidence allows: images to accept, or sets to prove, now and in a forecast."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from labeling.certification.core.exact_test import fewest_checks
from labeling.certification.core.expected import expected_of
from labeling.certification.core.nested_test import MOST_TIMES
from labeling.certification.planning import guaranteed, next_attempt
from labeling.kernel import guarantee
from labeling.kernel.boxes import BoxSet
from labeling.kernel.certificate_shapes import ExpectedSet
from labeling.models import Job, Round
from mlassist.calibration.core import proof_chances
from mlassist.calibration.core import thresholds as rules
from mlassist.calibration.core.forecast import Taken
from mlassist.calibration.core.per_class import NOTHING, Chosen, checks_for, choose_sets, stands_for


@dataclass(frozen=True)
class Seen:
    """Images as the detector sees them, arrays in one order."""

    boxes: Sequence[BoxSet]  # those that count
    confidence: np.ndarray  # (n,)


@dataclass(frozen=True)
class Trial:
    """The sets to be proved and the checks for it; empty where nothing is good enough."""

    thresholds: Sequence[float] = ()
    expected: Sequence[ExpectedSet] = ()  # of each set; the exact test needs none
    ranks: Sequence[int | None] = ()  # of each pool image: its set, the strictest if nested
    budget: int = 0
    classes: Sequence[str] = ()  # whose each set is, where each class has its own
    left_out: Mapping[str, str] = field(default_factory=dict)  # class → why


@dataclass(frozen=True)
class Outlook:
    """What the confidence allows: images accepted from a threshold on, or put to the proof."""

    taken: Taken
    judges: int  # images that `taken` knows of
    threshold: float | None
    trial: Trial = field(default_factory=Trial)
    reach: int | None = None  # images that checks have a fair chance to show; None: no such proof
    impossible: str = ""  # why no checks can show the sets that seem good enough


def to_prove(round: Round, pool: Seen, known: Seen, quality: np.ndarray) -> Outlook:
    """For a certificate: nothing is binding before its checks."""
    _, level = next_attempt(round)
    budget, target = round.settings.audit_budget, round.settings.target_quality
    if by_classes(round):
        return Outlook(
            _taken_by_class(pool, known, quality, round, level),
            len(quality),
            None,
            _by_class(pool, known, quality, round, level),
        )
    said = guaranteed(round)
    asked, exact = said.set_target, said.kind == guarantee.DEFECT_FREE
    target_of = partial(asked, target)
    confidences = pool.confidence, known.confidence
    safe = rules.candidate_sets(*confidences, quality, target, target_of=target_of)
    closing = round.purpose == Round.Purpose.CLOSING
    options = rules.options(*confidences, quality)
    if exact:
        options = _showable(options, target, level, budget)
    return Outlook(
        taken_nested(*confidences, quality, level, budget, asked, exact=exact),
        len(quality),
        safe[-1].threshold if safe else None,
        _nested(pool, known, quality, round, target_of, level) if closing else Trial(),
        proof_chances.largest_in_reach(options, level, budget, target_of),
        _impossible(safe[-1].size, target, level, budget) if exact and safe else "",
    )


def to_accept(round: Round, pool: np.ndarray, known: np.ndarray, quality: np.ndarray) -> Outlook:
    """Without a certificate, as Ground Truth does: all from the threshold on, in every round."""
    threshold = rules.choose_threshold(known, quality, round.settings.target_quality)
    return Outlook(_taken_above(pool, known, quality), len(quality), threshold)


def by_classes(round: Round) -> bool:
    """Whether each class is proved on its own."""
    certified = round.settings.acceptance == Job.Acceptance.CERTIFIED
    return certified and bool(round.settings.per_class)


def _nested(
    pool: Seen,
    known: Seen,
    quality: np.ndarray,
    round: Round,
    target_of: Callable[[int], float],
    level: float,
) -> Trial:
    """Sets inside each other, up to one standard error looser than the estimate allows, for the
    audit tells (core.calibration.candidate_sets)."""
    sets = rules.candidate_sets(
        pool.confidence,
        known.confidence,
        quality,
        round.settings.target_quality,
        doubt=1.0,
        target_of=target_of,
    )
    if not sets:
        return Trial()
    budget, target = round.settings.audit_budget, round.settings.target_quality
    if round.settings.kind == guarantee.DEFECT_FREE:
        places = proof_chances.in_draws(sets, budget, target, level)
        if len(places) < len(sets):
            # staked anew on checks that are added, the test wants more of them: all from the start
            budget *= MOST_TIMES
            places = proof_chances.in_draws(sets, budget, target, level)
        if not places:
            return Trial()
        sets = [sets[place] for place in places]
    thresholds = [s.threshold for s in sets]
    ranks = [
        next((i for i, threshold in enumerate(thresholds) if value >= threshold), None)
        for value in pool.confidence.tolist()
    ]
    calibrating = [known.confidence >= threshold for threshold in thresholds]
    return Trial(thresholds, _expected(known, quality, calibrating, round), ranks, budget)


def _expected(
    known: Seen, quality: np.ndarray, calibrating: Sequence[np.ndarray], round: Round
) -> list[ExpectedSet]:
    """What the bets on each set start from: its calibration images, (n,) bool of the known ones."""
    if round.settings.kind == guarantee.DEFECT_FREE:
        return []  # the exact test bets on nothing
    return [expected_of(known.confidence[own], quality[own]) for own in calibrating]


def _impossible(size: int, target: float, level: float, budget: int) -> str:
    """Why the checks that may be made cannot show the loosest set, whatever they find."""
    fewest, most = fewest_checks(size, target, level), MOST_TIMES * budget
    if fewest <= most:
        return ""
    return (
        f"to show that {target:.2f} of {size} images have no defect takes {fewest} checks even if "
        f"none has; at most {most} are made"
    )


def _showable(
    found: Sequence[rules.CandidateSet], target: float, level: float, budget: int
) -> list[rules.CandidateSet]:
    """The sets that the exact test can show, each alone, within the checks that may be made."""
    most = MOST_TIMES * budget
    return [one for one in found if fewest_checks(one.size, target, level) <= most]


def _by_class(pool: Seen, known: Seen, quality: np.ndarray, round: Round, level: float) -> Trial:
    """One set for each class that can be shown; the others are named with the reason."""
    names = names_of(round)
    (pool_class, known_class), choose = _choice(pool, known, quality, round, level)
    chosen = choose(round.settings.target_quality, np.arange(len(quality)))
    sets = {one.class_id: one.found for one in chosen if one.found is not None}
    place = {class_id: i for i, class_id in enumerate(sets)}
    ranks = [
        place[c] if c in sets and value >= sets[c].threshold else None
        for c, value in zip(pool_class.tolist(), pool.confidence.tolist(), strict=True)
    ]
    calibrating = [
        (known_class == class_id) & (known.confidence >= one.threshold)
        for class_id, one in sets.items()
    ]
    return Trial(
        [one.threshold for one in sets.values()],
        _expected(known, quality, calibrating, round),
        ranks,
        round.settings.audit_budget if sets else 0,
        [names[class_id] for class_id in sets],
        {names[one.class_id]: one.reason for one in chosen if one.found is None},
    )


def names_of(round: Round) -> dict[int, str]:
    """Names of the round's classes by index, and of what shows none."""
    return {c.index: c.name for c in round.settings.classes} | {NOTHING: "no object"}


def _choice(
    pool: Seen, known: Seen, quality: np.ndarray, round: Round, level: float
) -> tuple[tuple[np.ndarray, np.ndarray], Callable[[float, np.ndarray], list[Chosen]]]:
    """The class each image of the pool and each calibration image stands for, and (target,
    calibration images) -> the chosen sets."""
    all_of = stands_for([*pool.boxes, *known.boxes])
    pool_class, known_class = all_of[: len(pool.boxes)], all_of[len(pool.boxes) :]

    def choose(target: float, judges: np.ndarray) -> list[Chosen]:
        return choose_sets(
            pool_class,
            pool.confidence,
            known_class[judges],
            known.confidence[judges],
            quality[judges],
            target,
            level,
            round.settings.audit_budget,
            exact=round.settings.kind == guarantee.DEFECT_FREE,
        )

    return (pool_class, known_class), choose


def _taken_by_class(
    pool: Seen, known: Seen, quality: np.ndarray, round: Round, level: float
) -> Taken:
    """For forecasts where each class is proved on its own."""
    _, choose = _choice(pool, known, quality, round, level)

    def taken(target: float, judges: np.ndarray, err: bool) -> tuple[int, int]:
        chosen = choose(target, judges)
        images = sum(one.found.size for one in chosen if one.found is not None)
        return images, checks_for(chosen)

    return taken


def _taken_above(pool: np.ndarray, known: np.ndarray, quality: np.ndarray) -> Taken:
    """For forecasts of acceptance per round, which proves nothing; arguments as below."""

    def taken(target: float, judges: np.ndarray, err: bool) -> tuple[int, int]:
        threshold = rules.choose_threshold(known[judges], quality[judges], target)
        return (0 if threshold is None else int((pool >= threshold).sum())), 0

    return taken


def taken_nested(
    pool: np.ndarray,
    known: np.ndarray,
    quality: np.ndarray,
    level: float,
    budget: int,
    target_of: Callable[[float, int], float],
    *,
    exact: bool = False,
) -> Taken:
    """For forecasts of nested sets: `pool` (m,) and `known` (n,) confidences; `target_of`(target,
    size) is what a set of so many images must reach.

    Images as the proof is expected to give them: what `budget` checks hardly show counts little.
    """

    def taken(target: float, judges: np.ndarray, err: bool) -> tuple[int, int]:
        found = rules.options(pool, known[judges], quality[judges])
        if exact:
            found = _showable(found, target, level, budget)
        if not err:
            found = [replace(one, error=0.0) for one in found]
        asked = partial(target_of, target)
        best, images = proof_chances.most_expected(found, level, budget, asked)
        if best is None:
            return 0, 0
        planned = proof_chances.usual_checks(
            best.spread, best.estimate, asked(best.size), best.size, level
        )
        return round(images), min(planned, budget)

    return taken
