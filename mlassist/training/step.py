"""Trains the round's detector: loads the training set, calls the engine, stores what it gave."""

import importlib
from functools import partial
from pathlib import Path
from types import ModuleType

from django.conf import settings

from labeling.kernel import disk_space, events
from labeling.kernel.boxes import BoxSet
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger.steps import Lease, step
from labeling.models import Image, Round, Step
from mlassist.models import Detector
from mlassist.training import cross_validation, files, reuse, training_set, warm_start


def engine() -> ModuleType:
    """The module that trains and predicts; torch loads only inside its functions."""
    return importlib.import_module(settings.MLASSIST_ENGINE)


@step(Round.State.TRAINING, queue="gpu")
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
        if error.code not in cross_validation.NOTHING_TO_LEARN:
            raise  # a missing GPU or file: the step waits, with an alert, until somebody mends it
        with lease.fenced(last=True):
            events.record(round.job, "training_skipped", None, reason=error.code)
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
