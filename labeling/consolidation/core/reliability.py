"""How far each annotator can be trusted, and the boxes that follow: EM over all answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.consolidation.core.edges import Drawn, Edges
from labeling.consolidation.core.grouping import Answers, Merged, Sites, median, tabulate
from labeling.kernel.boxes import BoxSet

ITERATIONS, TOLERANCE = 12, 2e-3
HARDER = 1.5  # log odds of being drawn that a hard object lacks (chosen by benchmarks/crowd.py)
TELLING = 4  # people: fewer answers cannot tell a hard object from no object
LOOSE_FROM = 0.3  # 1 - IoU of a loose box


@dataclass(frozen=True)
class Trust:
    """What EM learned of one annotator."""

    sensitivity: float  # P(draws an object that exists)
    false_rate: float  # P(draws a look-alike that others saw)
    sigma: float  # sd of an edge relative to the box's side, over the four edges
    bias: float  # how far outward of the others, same unit


@dataclass
class _State:
    p: np.ndarray  # (J,) probability that the object exists
    edges: Edges
    kinds: np.ndarray  # (J, K) probability of each class
    s: np.ndarray  # (A,) sensitivity
    f: np.ndarray  # (A,) false rate
    confusion: np.ndarray  # (A, K, K): true class, drawn class
    prior: np.ndarray  # (K,)
    rate: float  # share of groups that are objects
    hard: float  # share of those that are hard to see


def consolidate(answers: Sequence[Answers]) -> tuple[list[Merged], dict[int, Trust]]:
    """Merge every image's answers by EM over annotators (docs/algorithms.md 4.1).

    Returns the merged images in the order given, and the trust in each annotator by id. Boxes
    with probability >= 0.5 are kept; their score is that probability.
    """
    sites = tabulate(answers)
    if not len(sites.image):
        return [_merged(a, _nothing(), [], [], 0.0) for a in answers], {}
    names = np.unique(sites.classes[sites.drew])
    state = _fit(sites, np.searchsorted(names, sites.classes), len(names))
    risk = _risk(state, sites)
    kept = state.p >= 0.5
    order = np.flatnonzero(kept)
    order = order[np.argsort(sites.image[order], kind="stable")]
    edges = np.searchsorted(sites.image[order], np.arange(1, len(answers)))
    result = []
    for answer, rows, left in zip(answers, np.split(order, edges), risk, strict=True):
        boxes = BoxSet(
            state.edges.box[rows],
            names[state.kinds[rows].argmax(1)].astype(np.int64),
            state.p[rows],
        )
        votes = sites.drew[rows].sum(1).tolist()
        spread = state.edges.spread[rows].tolist()
        result.append(_merged(answer, boxes, votes, spread, float(left)))
    learned = (state.s, state.f, state.edges.noise, state.edges.outward)
    trust = {
        person: Trust(*(float(v[a]) for v in learned)) for a, person in enumerate(sites.annotators)
    }
    return result, trust


def _fit(sites: Sites, kind: np.ndarray, classes: int) -> _State:
    seen = sites.looked[sites.image]  # (J, W) annotator index, -1 where nobody
    present = seen >= 0
    who = np.where(present, seen, 0)
    people = len(sites.annotators)
    row, slot = np.nonzero(sites.drew)  # one entry per drawn box
    owner, named = who[row, slot], kind[row, slot]
    drawn = Drawn(row, owner, sites.coords[row, slot], (sites.drew.sum(1) > 1)[row])
    flat = 0.1 / max(classes - 1, 1)
    state = _State(
        p=np.clip(sites.drew.sum(1) / present.sum(1), 0.05, 0.95),
        edges=Edges.start(median(sites), people),
        kinds=np.ones((len(sites.image), classes)),
        s=np.full(people, 0.85),
        f=np.full(people, 0.10),
        confusion=np.full((people, classes, classes), flat) + np.eye(classes) * (0.9 - flat),
        prior=np.full(classes, 1 / classes),
        rate=0.8,
        hard=0.2,
    )
    before = np.full(people * 10, np.inf)
    for iteration in range(ITERATIONS):
        scatter = state.edges.locate(drawn)
        missed = _exist(state, sites.drew, who, present)
        _classify(state, row, owner, named)
        _learn_rates(state, sites.drew, who, present, missed)
        state.edges.learn(drawn, scatter, state.p, with_bias=iteration >= 3)
        _learn_classes(state, row, owner, named)
        now = np.concatenate(
            [state.s, state.f, state.edges.sigma.ravel(), state.edges.bias.ravel()]
        )
        if iteration > 5 and np.abs(now - before).max() < TOLERANCE:
            break
        before = now
    return state


def _exist(
    state: _State, drew: np.ndarray, who: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """P(object) of each group, given that at least one person marked it; log P(all missed).

    People miss the same objects (small, half hidden): that several did not draw one proves less
    than if each erred alone. So an object that TELLING people or more looked for is either plain
    or hard, and the answers say which.
    """

    def log_sum(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(present, values, 0).sum(1))

    def evidence(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log P(who drew | somebody did) and log P(nobody did), each drawing with these chances."""
        nobody = log_sum(np.log1p(-draws))
        return log_sum(np.log(np.where(drew, draws, 1 - draws))) - np.log1p(-np.exp(nobody)), nobody

    s, f = state.s[who], state.f[who]
    plain, missed = evidence(s)
    hard, _ = evidence(s / (s + (1 - s) * np.exp(HARDER)))
    false, missed_false = evidence(f)
    telling = present.sum(1) >= TELLING
    mixed = np.logaddexp(plain + np.log1p(-state.hard), hard + np.log(state.hard))
    real = np.where(telling, mixed, plain)
    logit = np.log(state.rate / (1 - state.rate)) + real - false
    state.p = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    if telling.any():
        share = np.exp(hard + np.log(state.hard) - real)[telling]
        state.hard = float(np.clip(np.average(share, weights=state.p[telling]), 0.01, 0.5))
    return missed, missed_false


def _classify(state: _State, row: np.ndarray, owner: np.ndarray, drawn: np.ndarray) -> None:
    classes = len(state.prior)
    if classes == 1:
        return
    evidence = np.log(state.confusion)[owner, :, drawn]
    logs = np.log(state.prior)[None] + np.stack(
        [np.bincount(row, evidence[:, k], len(state.p)) for k in range(classes)], 1
    )
    odds = np.exp(logs - logs.max(1, keepdims=True))
    state.kinds = odds / odds.sum(1, keepdims=True)


def _learn_rates(
    state: _State,
    drew: np.ndarray,
    who: np.ndarray,
    present: np.ndarray,
    missed: tuple[np.ndarray, np.ndarray],
) -> None:
    """Sensitivity and false rate, each shrunk to the crowd by ten pseudo-counts."""
    people = len(state.s)

    def per_person(values: np.ndarray) -> np.ndarray:
        weights = np.where(present, values, 0).ravel()
        return np.asarray(np.bincount(who.ravel(), weights, people))

    p = state.p
    state.rate = float(np.clip(p.mean(), 0.05, 0.98))
    # Each object that was seen stands for 1 / P(seen) that exist.
    real = per_person(np.broadcast_to((p / -np.expm1(missed[0]))[:, None], drew.shape))
    false = per_person(np.broadcast_to(((1 - p) / -np.expm1(missed[1]))[:, None], drew.shape))
    hits, marks = per_person(p[:, None] * drew), per_person((1 - p)[:, None] * drew)
    crowd_s = hits.sum() / real.sum()
    crowd_f = float(np.clip(marks.sum() / max(false.sum(), 1e-9), 0.02, 0.5))
    state.s = np.clip((hits + 10 * crowd_s) / (real + 10), 0.02, 0.995)
    state.f = np.clip((marks + 10 * crowd_f) / (false + 10), 0.005, 0.9)


def _learn_classes(state: _State, row: np.ndarray, owner: np.ndarray, drawn: np.ndarray) -> None:
    people, classes = len(state.s), len(state.prior)
    if classes == 1:
        return
    counts = np.full((people, classes, classes), 0.02) + np.eye(classes) * 4
    for k in range(classes):
        seen = np.bincount(
            owner * classes + drawn, state.p[row] * state.kinds[row, k], people * classes
        )
        counts[:, k] += seen.reshape(people, classes)
    state.confusion = counts / counts.sum(2, keepdims=True)
    prior = np.clip((state.p[:, None] * state.kinds).sum(0), 1e-3, None)
    state.prior = prior / prior.sum()


def _risk(state: _State, sites: Sites) -> np.ndarray:
    """Expected errors left per image, (I,): wrong box or class, loose box, object nobody drew.

    1 - IoU is taken for the sum of the four edges' errors, each half normal.
    """
    sd = state.edges.errors
    mean, variance = np.sqrt(2 / np.pi) * sd.sum(1), (1 - 2 / np.pi) * (sd**2).sum(1)
    z = (LOOSE_FROM - mean) / np.sqrt(variance)
    loose = 0.5 * (1 - np.sign(z) * np.sqrt(1 - np.exp(-2 * z * z / np.pi)))
    p, images = state.p, len(sites.looked)
    error = np.where(p >= 0.5, (1 - p) + p * (loose + 1 - state.kinds.max(1)), p)
    present = sites.looked >= 0
    s = state.s[np.where(present, sites.looked, 0)]
    all_missed = np.exp(np.where(present, np.log1p(-s), 0).sum(1))
    found = np.bincount(sites.image, p, images)
    usual = found.sum() / images / (1 - all_missed.mean())
    missing = (found + usual) / 2 * all_missed / np.maximum(1 - all_missed, 1e-9)
    return np.asarray(np.bincount(sites.image, error, images) + missing)


def _nothing() -> BoxSet:
    return BoxSet(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))


def _merged(
    answer: Answers, boxes: BoxSet, votes: list[int], spread: list[float], risk: float
) -> Merged:
    return Merged(answer.image, boxes, tuple(votes), tuple(spread), "em", risk)
