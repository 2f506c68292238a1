"""A scripted detector: what it sees is a function of the picture's path, no torch, no luck.

It stands in for mlassist.training.engine, in this process and, by
MLASSIST_ENGINE=tests.fakes, in workers.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labeling.kernel.boxes import BoxSet
from mlassist.training.engine import NO_WISH, Learned, Wish

# Tests may replace it: path → (box x1 y1 x2 y2, score) seen there, also with a class other than
# 0, or None for nothing.
SEES: dict[str, Callable[[Path], Any]] = {}


def score_of(path: Path) -> float:
    """A score in [.3, 1) that depends on the picture alone."""
    return 0.3 + 0.7 * int(hashlib.sha256(path.name.encode()).hexdigest()[:6], 16) / 16**6


def default_sight(path: Path) -> tuple[tuple[float, float, float, float], float]:
    """The box of tests.factories.box(), shifted more where the score is lower."""
    score = score_of(path)
    shift = 30 * (1 - score)
    return (10 + shift, 10.0, 60 + shift, 60.0), score


def train(
    samples: Sequence[tuple[Path, BoxSet]],
    class_ids: Sequence[int],
    target: Path,
    *,
    previous: Any,
    seed: int,
    checkpoint: Path,
    on_progress: Callable[[int, int, float], None],
    effort: float = 1.0,
    wish: Wish = NO_WISH,
) -> Learned:
    """Pretend to train: three reports, a file that names the samples; as the engine, a
    source is the detector as it is where no sample has a box."""
    from labeling.kernel.errors import Invalid

    target.parent.mkdir(parents=True, exist_ok=True)
    if not any(len(boxes) for _, boxes in samples):
        if wish.source is None:
            raise Invalid("None of the training images has a box, so there is nothing to learn.")
        target.write_bytes(wish.source[0].read_bytes())
        metrics = {"loss": [], "seconds": 0.0, "steps": 0, "untaught": [], "why": "As it came."}
        return Learned(wish.source[1], "scripted", {}, "scripted", "", metrics)
    for done in (1, 2, 3):
        on_progress(done, 3, 1.0 / done)
    content = "\n".join(sorted(path.name for path, _ in samples)).encode()
    target.write_bytes(content)
    return Learned(
        hashlib.sha256(content).hexdigest(),
        "scripted",
        {"steps": 3},
        "scripted",
        "",
        {"loss": [[1, 1.0], [2, 0.5], [3, 0.33]], "seconds": 0.0, "steps": 3, "untaught": []},
    )


def predict(
    weights: Path,
    digest: str,
    paths: Sequence[Path],
    *,
    views: bool,
    on_progress: Callable[[int, int], None],
) -> list[tuple[BoxSet, dict[str, BoxSet]]]:
    """One box a picture, the same in every view."""
    sees = SEES.get("sight", default_sight)
    found = []
    for path in paths:
        seen = sees(path)
        if seen is None:
            boxes = BoxSet(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))
        else:
            coords, score, class_id = (*seen, 0)[:3]
            boxes = BoxSet(np.array([coords], float), np.array([class_id]), np.array([score]))
        found.append((boxes, {"flip": boxes, "small": boxes} if views else {}))
    on_progress(len(paths), len(paths))
    return found
