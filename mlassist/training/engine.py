"""Trains and predicts with this program's own detectors; the only door to torch.

MLASSIST_ENGINE may name another module with the same two functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from labeling.kernel.boxes import BoxSet
from mlassist.models import Metrics

if TYPE_CHECKING:
    from torch import device

    from mlassist.detectors.detector import Detector as Network
    from mlassist.detectors.weights import Start

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Wish:
    """What a job asks of its detector."""

    design: str = "auto"  # a name in core.designs
    names: tuple[str, ...] = ()  # of the classes
    source: tuple[Path, str] | None = None  # file and digest of another job's detector
    source_name: str = ""  # that job, for people
    known: bool = False  # it was taught all classes, and the samples hold what taught it
    warning: str = ""  # why there is no source although the job names one


NO_WISH = Wish()
# Another job's images are compared with this one's (training.warm_start); a file tells of none.
UNKNOWN_PAST = (
    "It is not known which images the detector file in MLASSIST_WEIGHTS was taught. If some of "
    "this job are among them, its estimates are too good; a certificate's checks are not misled."
)


@dataclass(frozen=True)
class Learned:
    """A trained detector on disk and how it came about."""

    digest: str
    design: str
    recipe: dict[str, float]
    origin: str
    warning: str
    metrics: Metrics


def train(
    samples: Sequence[tuple[Path, BoxSet]],
    class_ids: Sequence[int],
    target: Path,
    *,
    previous: tuple[Path, str] | None,
    seed: int,
    checkpoint: Path,
    on_progress: Progress,
    effort: float = 1.0,
    wish: Wish = NO_WISH,
) -> Learned:
    """Train on the samples and write the detector to `target`, in `effort` times the steps.

    Warm from `previous` (file, digest) if it is of the wished design and knows the same classes,
    else from the wished source (warm, too, if all is known to it), else from starting weights. A
    checkpoint of the same training is taken up. Where the samples hold no box, the wished source
    is the detector as it is, if it knows all classes. Raises what core.training.fit and
    detectors.choice.choose raise.
    """
    from mlassist.data.pictures import Sample
    from mlassist.detectors import detector as detectors
    from mlassist.training.core.beginning import count_boxes
    from mlassist.training.core.multi_gpu import fit_together, processes_for
    from mlassist.training.core.recipe import Recipe

    device = detectors.choose_device(settings.MLASSIST_DEVICE)
    earlier = None
    if previous is not None:
        earlier = detectors.load(previous[0], device=device, digest=previous[1])
        if earlier.class_ids != tuple(class_ids) or not _still_wished(earlier.design, wish):
            earlier = None
    if not any(len(boxes) for _, boxes in samples):
        ready = _ready(class_ids, wish, device, seed)
        if ready is not None:
            return _unchanged(ready, target)
    taught = [Sample(path, boxes) for path, boxes in samples]
    count_boxes(taught, class_ids)  # before weights are fetched for nothing
    start: Network | Start
    if earlier is not None:
        start, why, warning = earlier, "", ""
    else:
        start, why, warning = _begin(samples, class_ids, wish, device, seed)
    warm = earlier is not None
    gone_on = warm or wish.known
    recipe = Recipe.for_design(start.design, len(samples), warm=gone_on, effort=effort)
    trained = fit_together(
        taught,
        class_ids,
        recipe,
        start,
        processes=processes_for(settings.MLASSIST_PROCESSES, device, recipe.batch),
        seed=seed,
        device=device,
        cache_bytes=settings.MLASSIST_CACHE_MB << 20,
        checkpoint_path=checkpoint,
        on_progress=on_progress,
    )
    made = replace(trained.detector, names=wish.names)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = detectors.save(made, target)
    checkpoint.unlink(missing_ok=True)
    return Learned(
        digest,
        made.design,
        recipe.to_json(),
        f"{made.origin}{' Warm from the round before.' if warm else ''}",
        warning,
        {
            "loss": trained.loss_curve,
            "seconds": round(trained.seconds, 1),
            "steps": trained.steps,
            "resumed_at": trained.resumed_at,
            "untaught": trained.untaught,
            "why": why,  # empty: as in the round before
            "warm": warm,
            "canvas": made.canvas,
            "anchors": made.sizes.to_json()["anchors"],
            "proposals": made.sizes.proposals,
        },
    )


def _still_wished(design: str, wish: Wish) -> bool:
    """Whether a detector of the job may go on; a source brings its own design."""
    return wish.source is not None or wish.design in ("auto", design)


def _ready(class_ids: Sequence[int], wish: Wish, device: "device", seed: int) -> "Network | None":
    """The wished source as this job's detector, if it knows all its classes; else None."""
    from mlassist.detectors import detector as detectors
    from mlassist.detectors import head_transfer

    if wish.source is None:
        return None
    earlier = detectors.load(wish.source[0], device=device, digest=wish.source[1])
    if len(head_transfer.kept_names(earlier, wish.names)) < len(wish.names):
        return None
    made = head_transfer.adopt(earlier, class_ids, wish.names, earlier.canvas, seed=seed)
    return replace(made, origin=_from_source(earlier, wish))


def _unchanged(detector: "Network", target: Path) -> Learned:
    """The detector written to `target` as it is."""
    from mlassist.detectors import choice, designs
    from mlassist.detectors import detector as detectors

    target.parent.mkdir(parents=True, exist_ok=True)
    digest = detectors.save(detector, target)
    metrics: Metrics = {
        "loss": [],
        "seconds": 0.0,
        "steps": 0,
        "untaught": [],
        "warm": False,
        "why": f"{designs.TITLES[detector.design]}. {choice.WITH_START}",
        "canvas": detector.canvas,
        "anchors": detector.sizes.to_json()["anchors"],
        "proposals": detector.sizes.proposals,
    }
    return Learned(digest, detector.design, {}, detector.origin, "", metrics)


def _from_source(earlier: "Network", wish: Wish) -> str:
    """Where a detector comes from that began as another job's, for people."""

    from mlassist.detectors import head_transfer

    same = head_transfer.kept_names(earlier, wish.names)
    knew = ", ".join(same) if same else "none of these classes"
    return f"From {wish.source_name}, which knew {knew}. {earlier.origin}"


def _begin(
    samples: Sequence[tuple[Path, BoxSet]],
    class_ids: Sequence[int],
    wish: Wish,
    device: "device",
    seed: int,
) -> "tuple[Network | Start, str, str]":
    """Where a first training starts, why so, and what should worry the admin."""
    from mlassist.data.pictures import size_of
    from mlassist.detectors import choice, designs, head_transfer, weights
    from mlassist.detectors import detector as detectors

    boxes, pictures = [boxes for _, boxes in samples], [size_of(path) for path, _ in samples]
    source: tuple[Path, str | None] | None = wish.source
    kept = weights.detector_file(settings.MLASSIST_WEIGHTS)
    if source is None and kept is not None:
        source, wish = (kept, None), replace(wish, source_name=f"the file {kept.name}")
    if source is not None:
        earlier = detectors.load(source[0], device=device, digest=source[1])
        plan = choice.choose(
            earlier.design,
            {earlier.design},
            device.type,
            boxes,
            pictures,
            asked=choice.WITH_START,
        )
        canvas = designs.named(plan.design).canvas(pictures, plan.side)
        detector = head_transfer.adopt(earlier, class_ids, wish.names, canvas, seed=seed)
        origin = _from_source(earlier, wish)
        past = "" if wish.source is not None else UNKNOWN_PAST
        warning = " ".join(filter(None, (wish.warning, past)))
        return replace(detector, origin=origin), plan.why, warning
    had = weights.at_hand(settings.MLASSIST_WEIGHTS)
    asked = wish.design if wish.design != "auto" else settings.MLASSIST_DETECTOR
    plan = choice.choose(asked, had, device.type, boxes, pictures)
    start = weights.starting_weights(settings.MLASSIST_WEIGHTS, plan.design)
    warning = " ".join(filter(None, (wish.warning, start.warning)))
    if start.design != plan.design:  # its weights could not be fetched
        plan = choice.choose(start.design, (), device.type, boxes, pictures)
    return replace(start, side=plan.side, sizes=plan.sizes), plan.why, warning


def predict(
    weights: Path,
    digest: str,
    paths: Sequence[Path],
    *,
    views: bool,
    on_progress: Callable[[int, int], None],
) -> list[tuple[BoxSet, dict[str, BoxSet]]]:
    """Boxes of every picture and, if asked, those of each other view; loads weights once."""
    from mlassist.detectors import detector as detectors

    loaded = _loaded(weights, digest)
    plain = detectors.predict(loaded, paths, on_progress=on_progress)
    by_view = {
        name: detectors.predict(loaded, paths, view=view, on_progress=on_progress)
        for name, view in (detectors.VIEWS.items() if views else ())
    }
    found = [({name: boxes[i] for name, boxes in by_view.items()}) for i in range(len(paths))]
    return list(zip(plain, found, strict=True))


_cache: "dict[tuple[str, str], Network]" = {}


def _loaded(weights: Path, digest: str) -> "Network":
    """The detector, kept between chunks; one at a time, they are large."""
    from mlassist.detectors import detector as detectors

    key = (str(weights), digest)
    if key not in _cache:
        _cache.clear()
        device = detectors.choose_device(settings.MLASSIST_DEVICE)
        _cache[key] = detectors.load(weights, device=device, digest=digest)
    return _cache[key]
