"""The machine's part of a round: train, predict, calibrate. Load rows, call core, store."""

import importlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from labeling.certification import planning
from labeling.kernel import disk_space, events
from labeling.kernel.boxes import BoxSet, unpack
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger.steps import Lease, step
from labeling.models import AuditPlan, Image, Job, Round, Step
from labeling.rounds import selection
from mlassist.calibration.step import Judged, judge, locked_candidates
from mlassist.models import Calibration, Detector, Prediction
from mlassist.training import cross_validation, files, reuse, training_set, warm_start

State = Round.State
CHUNK = 64
WRITE = 200


def engine() -> ModuleType:
    """The module that trains and predicts; torch loads only inside its functions."""
    return importlib.import_module(settings.MLASSIST_ENGINE)


@step(State.TRAINING, queue="gpu")
def train(step: Step, lease: Lease) -> None:
    """Train the round's detector, or say why not; people get the images either way.

    One whose file was damaged since is trained again.
    """
    round = step.round
    _drop_damaged(round, lease)
    samples = training_set.training_samples(round)
    previous = _previous(round)
    afresh = "" if previous else reuse.data_digest(round, samples)
    detector = (
        Detector.objects.filter(round=round).first()
        or (reuse.keep(round, afresh, lease) if afresh else None)
        or _train(round, samples, previous, afresh, lease)
    )
    if detector is not None:
        seed = round.job.seed + round.number
        train = partial(engine().train, wish=warm_start.wish(round))
        cross_validation.complete(detector, train, samples, seed, lease)


def _drop_damaged(round: Round, lease: Lease) -> None:
    """Forget a detector that cannot be loaded, with what it saw: another one sees otherwise."""
    detector = Detector.objects.filter(round=round).first()
    if detector is None or not (problem := files.problem_of(detector)):
        return
    with lease.fenced():
        detector.delete()
        events.record(
            round.job,
            "detector_damaged",
            None,
            round=round.number,
            problem=problem,
            remedy="It is trained again.",
        )


def _train(
    round: Round,
    samples: list[tuple[Image, BoxSet]],
    previous: tuple[Path, str] | None,
    afresh: str,
    lease: Lease,
) -> Detector | None:
    class_ids = [c.index for c in round.settings.classes]
    curve: list[tuple[int, float]] = []
    times = cross_validation.times_as_long(round)

    def progress(done: int, total: int, loss: float) -> None:
        curve.append((done, round_loss(loss)))
        lease.renew(done, int(times * total), loss=curve[-200:])

    disk_space.for_machine()
    lease.renew(0, 0)
    name = files.weights_name(round)
    try:
        learned = engine().train(
            [(files.picture_path(image), boxes) for image, boxes in samples],
            class_ids,
            media_path(name),
            previous=previous,
            seed=round.job.seed + round.number,
            checkpoint=files.checkpoint_path(round),
            on_progress=progress,
            wish=warm_start.wish(round),
        )
    except Invalid as error:
        if error.where not in cross_validation.NOTHING_TO_LEARN:
            raise  # a missing GPU or file: the step waits, with an alert, until somebody mends it
        with lease.fenced(last=True):
            events.record(round.job, "training_skipped", None, reason=error.message)
        return None
    learned.metrics["why"] = learned.metrics.get("why") or _why_before(round)
    learned.metrics["elsewhere"] = warm_start.taught_elsewhere(round)
    if afresh:
        learned.metrics["data"] = afresh
    own = len({image.pk for image, _ in samples if image.job_id == round.job_id})
    with lease.fenced():
        detector = Detector.objects.create(
            round=round,
            weights=name,
            digest=learned.digest,
            design=learned.design,
            recipe=learned.recipe,
            class_ids=class_ids,
            origin=learned.origin[:300],
            warning=learned.warning,
            trained_on=own,
            metrics=learned.metrics,
        )
        if learned.metrics["steps"]:
            events.record(
                round.job,
                "detector_trained",
                None,
                round=round.number,
                images=own,
                seconds=learned.metrics.get("seconds"),
            )
        else:
            events.record(round.job, "detector_taken_over", None, round=round.number)
    return detector


def _why_before(round: Round) -> str:
    """A detector that goes on from the one before is as it is for the same reason."""
    earlier = warm_start.latest(round.job)
    return str(earlier.metrics.get("why", "")) if earlier else ""


def round_loss(value: float) -> float:
    """Four digits are all a chart shows."""
    return float(f"{value:.4f}")


def _previous(round: Round) -> tuple[Path, str] | None:
    """The detector to go on from; the closing round starts afresh, so no early error drifts in."""
    if round.purpose == Round.Purpose.CLOSING:
        return None
    earlier = warm_start.latest(round.job)
    if earlier is None or earlier.class_ids != [c.index for c in round.settings.classes]:
        return None
    if problem := files.problem(earlier.weights, earlier.digest):
        events.record(
            round.job,
            "detector_damaged",
            None,
            round=earlier.round.number,
            problem=problem,
            remedy=f"So round {round.number} begins from starting weights.",
        )
        return None
    return media_path(earlier.weights), earlier.digest


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


@step(State.PREDICTING, queue="gpu", shards=lambda round: settings.MLASSIST_SHARDS)
def predict(step: Step, lease: Lease) -> None:
    """Look once at every image that needs it; several workers share the images by number."""
    round = step.round
    detector = Detector.objects.filter(round=round).first()
    if detector is None:
        return
    shards = round.steps.filter(state=State.PREDICTING).count()  # type: ignore[attr-defined]
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
                    boxes=unpack(plain),
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


@step(State.CALIBRATING)
def calibrate(step: Step, lease: Lease) -> None:
    """Judge the detector on validation images; in a closing round, lock the audit plan."""
    round = step.round
    detector = Detector.objects.filter(round=round).first()
    if detector is None:
        return
    heartbeat = partial(lease.renew, 0, 0)
    if plan := AuditPlan.objects.filter(round=round).first():  # by a worker that was killed since
        planning.hold_places(plan, lease, locked_candidates(plan, detector, heartbeat))
        selection.open_the_rest(round, lease)
        return
    judged = judge(detector, heartbeat)
    if judged is None:
        with lease.fenced(last=True):
            events.record(
                round.job,
                "calibrated",
                None,
                round=round.number,
                sentence="no validation image, so nothing is accepted",
            )
        return
    if not Calibration.objects.filter(detector=detector).exists():
        _store_confidences(lease, detector, judged)
        with lease.fenced():
            _store_calibration(detector, judged)
            if round.purpose == Round.Purpose.CLOSING and judged.trial.left_out:
                events.record(
                    round.job,
                    "classes_left_out",
                    None,
                    round=round.number,
                    classes=", ".join(judged.trial.left_out),
                )
    if round.purpose == Round.Purpose.CLOSING and judged.trial.thresholds:
        planning.lock(round, lease, judged.proposal())
        selection.open_the_rest(round, lease)


def _store_confidences(lease: Lease, detector: Detector, judged: Judged) -> None:
    rows = judged.confidences()
    for start in range(0, len(rows), WRITE):
        part = [Prediction(pk=pk, confidence=value) for pk, value in rows[start : start + WRITE]]
        with lease.fenced():
            Prediction.objects.bulk_update(part, ["confidence"])
        lease.renew(min(start + WRITE, len(rows)), len(rows))


def _store_calibration(detector: Detector, judged: Judged) -> None:
    round = detector.round
    Calibration.objects.create(
        detector=detector,
        rule=judged.rule,
        threshold=judged.threshold,
        class_thresholds=judged.class_thresholds,
        score_thresholds=judged.score_thresholds.to_json(),
        box_scores=judged.box_scores.to_json(),
        target_quality=round.settings.target_quality,
        curve=judged.curve,
        points=judged.points,
        validation_images=len(judged.points),
        validation_quality=judged.mean_quality,
    )
    Round.objects.filter(pk=round.pk).update(estimate=judged.estimate)
    events.record(
        round.job, "calibrated", None, round=round.number, sentence=judged.estimate["sentence"]
    )
