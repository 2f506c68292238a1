"""Predicts: the round's detector sees every image that needs it, in all test-time views."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from labeling.kernel import disk_space
from labeling.kernel.boxes import unpack
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger.steps import Lease, step
from labeling.models import Image, Job, Round, Step
from mlassist.models import Detector, Prediction
from mlassist.prediction.core.views import average_edges
from mlassist.training import cross_validation, files, reuse
from mlassist.training.step import engine, train

CHUNK = 64


def unpredicted(detector: Detector) -> "QuerySet[Image]":
    """Images that judge it and unlabelled ones, as far as it has not looked at them."""
    seen = Prediction.objects.filter(detector=detector, image=OuterRef("pk"))
    images = detector.round.job.images
    wanted = Q(pk__in=images.validation().values("pk")) | Q(pk__in=images.unlabeled().values("pk"))
    if detector.folds:
        wanted |= Q(
            pk__in=cross_validation.calibration_images(
                detector.round.job, drawn_at_random=False
            ).values("pk")
        )
    return images.filter(wanted).exclude(Exists(seen)).order_by("pk")


@step(Round.State.PREDICTING, queue="gpu", shards=lambda round: settings.MLASSIST_SHARDS)
def predict(step: Step, lease: Lease) -> None:
    """Look once at every image that needs it; several workers share the images by number."""
    round = step.round
    detector = Detector.objects.filter(round=round).first()
    if detector is None:
        return
    shards = round.steps.filter(state=Round.State.PREDICTING).count()  # type: ignore[attr-defined]
    mine = _own(step, unpredicted(detector), shards)
    if reuse.copy_predictions(detector, mine, lease):
        mine = _own(step, unpredicted(detector), shards)
    if mine and (problem := files.problem_of(detector)):
        if step.shard:  # one worker trains, the others come again
            raise Invalid(f"The detector of round {round.number} cannot be used. {problem}")
        train(step, lease)
        detector = Detector.objects.filter(round=round).first()
        if detector is None:
            return
        mine = _own(step, unpredicted(detector), shards)
    all_views = round.settings.acceptance == Job.Acceptance.CERTIFIED
    done = 0
    lease.renew(done, len(mine))
    for weights, digest, images in cross_validation.by_weights(detector, mine):
        for start in range(0, len(images), CHUNK):
            disk_space.for_machine()
            chunk = images[start : start + CHUNK]

            def progress(number: int, total: int, done: int = done) -> None:
                lease.renew(done, len(mine))

            found = engine().predict(
                media_path(weights),
                digest,
                [files.picture_path(i) for i in chunk],
                views=all_views,
                on_progress=progress,
            )
            rows = [
                Prediction(
                    detector=detector,
                    image=image,
                    boxes=unpack(average_edges(plain, views)),
                    views={name: unpack(boxes) for name, boxes in views.items()},
                )
                for image, (plain, views) in zip(chunk, found, strict=True)
            ]
            with lease.fenced():
                Prediction.objects.bulk_create(rows, ignore_conflicts=True)
            done += len(chunk)
            lease.renew(done, len(mine))


def _own(step: Step, images: Iterable[Image], shards: int) -> list[Image]:
    return [image for image in images if image.pk % shards == step.shard]
