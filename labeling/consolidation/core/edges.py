"""Where the edges of objects are: each annotator's bias and noise on each of the four edges."""

from dataclasses import dataclass
from typing import Self

import numpy as np

DEGREES = 8.0  # of the Student-t that edges scatter with (chosen by benchmarks/crowd.py)
START = 0.05  # noise of an edge before anything was learned
CROWD_WEIGHT = 8  # edges that the crowd's noise counts for in a person's own
NO_BIAS_WEIGHT = 8  # edges that "no bias" counts for
OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Drawn:
    """All drawn boxes, one entry each."""

    object: np.ndarray  # (n,) which one it shows
    owner: np.ndarray  # (n,) who drew it
    coords: np.ndarray  # (n, 4)
    shared: np.ndarray  # (n,) bool: others drew the object, too


@dataclass(frozen=True)
class Scatter:
    """How far each drawn edge lies off, its owner's bias taken out."""

    residual: np.ndarray  # (n, 4), relative to the side of the object's box
    robust: np.ndarray  # (n, 4), near 0 for an edge that is far off


@dataclass
class Edges:
    """What is known of edges; all but `box` relative to the side of a box: width for x, height for
    y.
    """

    box: np.ndarray  # (J, 4) of each object
    sd: np.ndarray  # (J, 4) posterior sd of its edges, biases taken for known
    sigma: np.ndarray  # (A, 4) noise of each annotator
    bias: np.ndarray  # (A, 4) to the right and down of the others

    @classmethod
    def start(cls, box: np.ndarray, people: int) -> Self:
        """Before anything was learned of so many people."""
        return cls(box, np.zeros(box.shape), np.full((people, 4), START), np.zeros((people, 4)))

    @property
    def errors(self) -> np.ndarray:
        """(J, 4) sd of each object's edges as one more person, a reviewer, would draw them.

        Their bias is unknown, and scatters as those of the others do. Two people who differ always
        by the same are sure of the difference, not of the place.
        """
        of_people = (self.bias**2).sum(0) / max(len(self.bias) - 1, 1)
        return np.asarray(np.sqrt(self.sd**2 + of_people))

    @property
    def spread(self) -> np.ndarray:
        """(J,) `errors` over the four edges."""
        return _root_mean_square(self.errors)

    @property
    def noise(self) -> np.ndarray:
        """(A,) noise over the four edges."""
        return _root_mean_square(self.sigma)

    @property
    def outward(self) -> np.ndarray:
        """(A,) how far outward of the others."""
        return np.asarray(self.bias @ OUTWARD / 4)

    def locate(self, drawn: Drawn) -> Scatter:
        """Put each edge at the mean of what was drawn, weighted by precision, biases taken out."""
        objects = len(self.box)
        scale = sides(self.box)[drawn.object]
        shifted = drawn.coords - self.bias[drawn.owner] * scale
        residual = (shifted - self.box[drawn.object]) / scale
        precision = self.sigma[drawn.owner] ** -2.0
        robust = (DEGREES + 1) / (DEGREES + residual**2 * precision)
        weight = robust * precision
        total = _sums(drawn.object, weight, objects)
        self.box = _sums(drawn.object, weight * shifted, objects) / total
        self.sd = 1 / np.sqrt(total)
        return Scatter((shifted - self.box[drawn.object]) / sides(self.box)[drawn.object], robust)

    def learn(self, drawn: Drawn, scatter: Scatter, real: np.ndarray, *, with_bias: bool) -> None:
        """Noise and bias from boxes that others drew too, by `real`, (J,): P(it is an object)."""
        people = len(self.sigma)
        trusted = (real[drawn.object] * drawn.shared)[:, None]
        weight = trusted * scatter.robust
        # Adding the posterior variance of the edge itself is what keeps small samples honest.
        square = scatter.residual**2 + self.sd[drawn.object] ** 2
        errors = _sums(drawn.owner, weight * square, people)
        counts = _sums(drawn.owner, trusted, people)
        crowd = errors.sum(0) / max(counts.sum(), 1e-9)
        self.sigma = np.clip(
            np.sqrt((errors + CROWD_WEIGHT * crowd) / (counts + CROWD_WEIGHT)), 0.005, 0.5
        )
        if with_bias:
            off = scatter.residual + self.bias[drawn.owner]  # of the others, nothing taken out
            total = _sums(drawn.owner, weight, people) + NO_BIAS_WEIGHT
            bias = _sums(drawn.owner, weight * off, people) / total
            # Only differences between people can be seen, so the weighted mean stays zero.
            self.bias = bias - np.average(bias, axis=0, weights=counts / self.sigma**2 + 1e-9)


def sides(box: np.ndarray) -> np.ndarray:
    """Width, height, width, height of each box, (n, 4): what an edge error is relative to."""
    return np.asarray(np.maximum(box[:, 2:] - box[:, :2], 1e-6)[:, [0, 1, 0, 1]])


def _sums(place: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    """(length, k): the rows of `values` (n, k or 1) summed by their place (n,)."""
    return np.stack([np.bincount(place, column, length) for column in values.T], 1)


def _root_mean_square(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt((values**2).mean(1)))
