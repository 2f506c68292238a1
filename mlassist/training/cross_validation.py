"""Out-of-fold predictions: where a job keeps no validation images, its training images judge.

Each training image is looked at by a detector that has not seen it: one of FOLDS further, shorter
trainings. An image's fold follows from its content, so it is the same in every round, and a fold's
detector may go on from the same fold's detector of the round before.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.db.models import Q, QuerySet

from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger.steps import Lease
from labeling.models import Image, Job, Label, Round, SkippedTraining
from mlassist.data.folds import fold_of
from mlassist.models import Detector, Fold
from mlassist.training import files
from mlassist.training.engine import Learned

FOLDS = 3
# Codes of errors of a training that more labels mend; all others are faults of the set-up.
NOTHING_TO_LEARN = frozenset(SkippedTraining)
EFFORT = 0.5  # of the main training's steps; the folds together cost one and a half trainings

Train = Callable[..., Learned]


def wanted(round: Round) -> bool:
    """Whether this round's detector is judged by its training images."""
    return not round.settings.validation_size


def times_as_long(round: Round) -> float:
    """All trainings of the round over its main one, in steps."""
    return 1 + EFFORT * FOLDS if wanted(round) else 1


def complete(
    detector: Detector,
    train: Train,
    samples: Sequence[tuple[Image, BoxSet]],
    seed: int,
    lease: Lease,
) -> None:
    """Train the folds that are missing; a fold with nothing to learn stays without a detector."""
    round = detector.round
    if not wanted(round):
        return
    earlier = Detector.objects.filter(
        round__job=round.job, round__number__lt=round.number, class_ids=detector.class_ids
    ).first()
    for fold in range(len(detector.folds), FOLDS):
        name = files.fold_name(round, fold)

        def progress(done: int, total: int, loss: float, fold: int = fold) -> None:
            # the main training counts 1 / EFFORT folds, so the seconds left come out about right
            lease.renew(int((1 / EFFORT + fold) * total) + done, int((1 / EFFORT + FOLDS) * total))

        kept = [(files.picture_path(i), b) for i, b in samples if fold_of(i.digest, FOLDS) != fold]
        try:
            learned = train(
                kept,
                detector.class_ids,
                media_path(name),
                previous=_previous(earlier, fold, round),
                seed=seed + 1 + fold,
                checkpoint=files.checkpoint_path(round),
                on_progress=progress,
                effort=EFFORT,
            )
            made: Fold = {"weights": name, "digest": learned.digest}
        except Invalid as error:
            if error.code not in NOTHING_TO_LEARN:
                raise
            made = {"weights": "", "digest": ""}
        with lease.fenced():
            detector.folds = [*detector.folds, made]
            Detector.objects.filter(pk=detector.pk).update(folds=detector.folds)


def _previous(earlier: Detector | None, fold: int, round: Round) -> tuple[Path, str] | None:
    if earlier is None or round.purpose == Round.Purpose.CLOSING or fold >= len(earlier.folds):
        return None
    made = earlier.folds[fold]
    if not made["weights"] or files.problem(made["weights"], made["digest"]):
        return None
    return media_path(made["weights"]), made["digest"]


def calibration_images(job: Job, *, drawn_at_random: bool) -> "QuerySet[Image]":
    """The training images with a label by people; `drawn_at_random`: none that was selected.

    The estimate of acceptance per round must not come from images chosen for being hard, by a round
    or by a manager who labelled them by hand, nor from those whose machine label was corrected.
    """
    labels = Label.objects.active().exclude(source=Label.Source.AUTO).filter(image__job=job)
    if drawn_at_random:
        imported = Q(round=None, image__labels__source=Label.Source.IMPORTED)
        labels = labels.filter(Q(round__purpose__in=Round.BLIND) | imported)
    return job.images.training().filter(pk__in=labels.values("image"))


def by_weights(
    detector: Detector, images: Iterable[Image]
) -> Iterator[tuple[str, str, list[Image]]]:
    """(weights, digest, images): every image with the detector that may look at it."""
    groups: dict[tuple[str, str], list[Image]] = {}
    for image in images:
        key = (detector.weights, detector.digest)
        if detector.folds and image.split == Image.Split.TRAINING:
            made = detector.folds[fold_of(image.digest, FOLDS)]
            key = (made["weights"], made["digest"])
        if key[0]:
            groups.setdefault(key, []).append(image)
    for (weights, digest), found in groups.items():
        yield weights, digest, found
