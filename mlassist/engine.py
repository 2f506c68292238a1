"""Trains and predicts with this program's own detectors; the only door to torch.

MLASSIST_ENGINE may name another module with the same two functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from labeling.core.boxes import BoxSet

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Learned:
    """A trained detector on disk and how it came about."""

    digest: str
    design: str
    recipe: dict[str, Any]
    origin: str
    warning: str
    metrics: dict[str, Any]


def train(
    samples: Sequence[tuple[Path, BoxSet]], class_ids: Sequence[int], target: Path, *,
    previous: tuple[Path, str] | None, seed: int, checkpoint: Path, on_progress: Progress,
    effort: float = 1.0,
) -> Learned:  # fmt: skip
    """Train on the samples and write the detector to `target`, in `effort` times the steps.

    Warm from `previous` (file, digest) if it knows the same classes, else from starting weights.
    A checkpoint of the same training is taken up. Raises what core.training.fit raises.
    """
    from mlassist.core import detector as detectors
    from mlassist.core.data import Sample
    from mlassist.core.recipe import Recipe
    from mlassist.core.training import fit
    from mlassist.core.weights import starting_weights

    device = detectors.choose_device(settings.MLASSIST_DEVICE)
    start: Any = None
    warning = ""
    if previous is not None:
        earlier = detectors.load(previous[0], device=device, digest=previous[1])
        start = earlier if earlier.class_ids == tuple(class_ids) else None
    warm = start is not None
    if start is None:
        start = starting_weights(settings.MLASSIST_WEIGHTS, settings.MLASSIST_DETECTOR)
        warning = start.warning
    recipe = Recipe.for_design(start.design, len(samples), warm=warm, effort=effort)
    trained = fit(
        [Sample(path, boxes) for path, boxes in samples], class_ids, recipe, start,
        seed=seed, device=device, checkpoint_path=checkpoint, on_progress=on_progress,
    )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = detectors.save(trained.detector, target)
    checkpoint.unlink(missing_ok=True)
    return Learned(
        digest, trained.detector.design, recipe.to_json(),
        f"{trained.detector.origin}{' Warm from the round before.' if warm else ''}", warning,
        {
            "loss": trained.loss_curve,
            "seconds": round(trained.seconds, 1),
            "steps": trained.steps,
            "resumed_at": trained.resumed_at,
            "untaught": trained.untaught,
        },
    )  # fmt: skip


def predict(
    weights: Path, digest: str, paths: Sequence[Path], *, views: bool,
    on_progress: Callable[[int, int], None],
) -> list[tuple[BoxSet, dict[str, BoxSet]]]:  # fmt: skip
    """Boxes of every picture and, if asked, those of each other view; loads weights once.

    With other views the edges of the boxes are averaged over all of them.
    """
    from mlassist.core import detector as detectors
    from mlassist.core.looks import settled

    loaded = _loaded(weights, digest)
    plain = detectors.predict(loaded, paths, on_progress=on_progress)
    looks = {
        name: detectors.predict(loaded, paths, view=view, on_progress=on_progress)
        for name, view in (detectors.VIEWS.items() if views else ())
    }
    found = [({name: look[i] for name, look in looks.items()}) for i in range(len(paths))]
    return [(settled(boxes, views), views) for boxes, views in zip(plain, found, strict=True)]


_cache: dict[tuple[str, str], Any] = {}


def _loaded(weights: Path, digest: str) -> Any:
    """The detector, kept between chunks; one at a time, they are large."""
    from mlassist.core import detector as detectors

    key = (str(weights), digest)
    if key not in _cache:
        _cache.clear()
        device = detectors.choose_device(settings.MLASSIST_DEVICE)
        _cache[key] = detectors.load(weights, device=device, digest=digest)
    return _cache[key]
