"""The line of a round and the one rule that moves it."""

import math
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import Count, Max
from django.utils import timezone

from labeling.assignments import blind_controls, overlap, timing
from labeling.certification import standing
from labeling.consolidation import reviewed
from labeling.consolidation.core import expected_errors
from labeling.jobs import model_plugin
from labeling.kernel import events
from labeling.ledger import steps
from labeling.models import AuditPlan, Job, Label, Round, RoundSettings
from labeling.rounds import selection, stopping

State, Purpose = Round.State, Round.Purpose

STAGES = list(State)
ONE_IN_TEN = 0.1  # expected errors, to say by an example what reviewers found


def line_of(round: Round) -> list[Round.State]:
    """The states this round passes, in order."""
    if not (round.settings.assist and round.purpose in (Purpose.ACTIVE, Purpose.CLOSING)):
        return STAGES[STAGES.index(State.SELECTING) :]
    return [s for s in STAGES if s != State.AUDITING or round.purpose == Purpose.CLOSING]


def todo(round: Round) -> "models.QuerySet[Any]":
    """What must still happen before the round may leave its state."""
    if round.state == State.AUDITING:
        undrawn = AuditPlan.objects.filter(round=round, seed="")
        return undrawn if undrawn.exists() else standing.awaited(round)
    if round.state == State.COLLECTING:
        return overlap.awaited(round)
    return round.steps.filter(state=round.state, finished_at=None)


def advance_if_done(round: Round) -> None:
    """Enter the next state if nothing of the present one is left to do.

    Call it after commit: two last submitters inside open transactions each see the other
    unfinished; after commit at least one sees none, and the conditional update picks one winner.
    """
    while True:
        _refresh(round)
        if round.job.state != Job.State.RUNNING:
            return
        if round.state == State.CLOSED:
            open_next(round.job)
            _refresh(round)  # the job may be complete now
            return
        if todo(round).exists():
            return
        line = line_of(round)
        if not enter(round, line[line.index(State(round.state)) + 1]):
            return


def _refresh(round: Round) -> None:
    """The round and its job as they are now."""
    round.refresh_from_db(from_queryset=Round.objects.select_related("job"))


def enter(round: Round, state: str) -> bool:
    """Move the round to `state`; False if someone else moved it meanwhile."""
    now = timezone.now()
    with transaction.atomic():
        entered = {**round.entered, state: now.isoformat()}
        closed_at = now if state == State.CLOSED else None
        moved = Round.objects.filter(pk=round.pk, state=round.state).update(
            state=state, entered=entered, closed_at=closed_at
        )
        if not moved:
            return False
        round.state, round.entered, round.closed_at = state, entered, closed_at
        if state == State.CONSOLIDATING:
            overlap.withdraw_rest(round)
        steps.create(round)
        events.record(round.job, "round_entered", round=round.number, state=state)
    return True


class Plan(NamedTuple):
    """What a round is for, how many images it wants, and from which intakes; none named: any."""

    purpose: str
    size: int
    intakes: tuple[int, ...] = ()


def next_purpose(job: Job) -> Plan | None:
    """The plan of the next round, by counts, not by history.

    None: nothing is unlabelled. Never an active round without a training image that has a box,
    unless the job begins with a detector that was taught elsewhere.
    """
    left = job.images.unlabeled().count()
    if not left:
        return None
    judged, trained = job.images.validation().count(), job.images.training().count()
    if job.assist:
        if judged < job.pilot_size:
            return Plan(Purpose.PILOT, job.pilot_size - judged)
        if judged < job.pilot_size + job.validation_size:
            return Plan(Purpose.VALIDATION, job.pilot_size + job.validation_size - judged)
        if sizes := _new_intake_validation(job):
            return Plan(Purpose.VALIDATION, sum(sizes.values()), tuple(sizes))
        if not model_plugin.looks_first(job):
            if trained < job.training_size:
                return Plan(Purpose.TRAINING, job.training_size - trained)
            if not _has_training_box(job):
                return Plan(Purpose.TRAINING, job.batch_size)
        if job.acceptance == Job.Acceptance.CERTIFIED and stopping.should_close(job, left):
            return Plan(Purpose.CLOSING, left)
        return Plan(Purpose.ACTIVE, job.batch_size)
    if judged + trained < job.pilot_size:
        return Plan(Purpose.PILOT, job.pilot_size - judged - trained)
    return Plan(Purpose.ACTIVE, job.batch_size)


def _new_intake_validation(job: Job) -> dict[int, int]:
    """Validation images still to be drawn from each intake that came after the start.

    Acceptance per round may trust the threshold on new images only once it was judged on some.
    """
    if job.acceptance == Job.Acceptance.CERTIFIED:
        return {}
    judged = set(job.images.validation().values_list("intake", flat=True).distinct())
    fresh = (
        job.images.unlabeled().exclude(intake__in=judged).values("intake").annotate(n=Count("pk"))
    )
    first = job.images.filter(intake=0).count() or 1
    usual = job.pilot_size + job.validation_size
    return {
        row["intake"]: max(1, math.ceil(usual * row["n"] / first) // 2)
        for row in fresh.order_by("intake")
    }


def _has_training_box(job: Job) -> bool:
    labels = Label.objects.active().filter(image__job=job, image__split="training")
    return bool(labels.exclude(boxes=[]).exists())


def _learned(job: Job) -> dict[str, Any]:
    """What people's work so far tells about showing boxes and asking others; a round keeps to it to
    its end."""
    return {
        "drawn_classes": tuple(blind_controls.fallen(job)),
        "timing": timing.of_job(job),
        "error_curve": reviewed.error_curve(job),
    }


def open_next(job: Job) -> Round | None:
    """Open the job's next round, or complete the job; None if one is open or none is needed."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state != Job.State.RUNNING or job.rounds.filter(closed_at=None).exists():
            return None
        plan = next_purpose(job)
        if plan is None:
            Job.objects.filter(pk=job.pk).update(state=Job.State.COMPLETE)
            events.record(job, "job_completed")
            return None
        purpose, size, intakes = plan
        learned = _learned(job) if purpose in (Purpose.ACTIVE, Purpose.CLOSING) else {}
        newest = job.images.aggregate(n=Max("pk"))["n"]
        images = {"size": size, "intakes": intakes, "last_image": newest}
        settings = replace(RoundSettings.of_job(job), **images, **learned)
        number = (job.rounds.aggregate(n=Max("number"))["n"] or 0) + 1
        round = Round(job=job, number=number, purpose=purpose, settings=settings)
        round.state = line_of(round)[0]
        round.entered = {round.state: timezone.now().isoformat()}
        round.save()
        steps.create(round)
        selection.prefetch(round)
        events.record(job, "round_opened", round=number, purpose=purpose)
        if settings.drawn_classes:
            names = job.classes.filter(index__in=settings.drawn_classes).values_list(
                "name", flat=True
            )
            events.record(job, "classes_not_shown", round=number, classes=", ".join(names))
        if settings.error_curve != expected_errors.AS_EXPECTED and job.mode == Job.Mode.ADAPTIVE:
            shown = expected_errors.calibrated(ONE_IN_TEN, settings.error_curve)
            events.record(job, "errors_calibrated", round=number, found=f"{shown:.2f}")
    advance_if_done(round)
    return round
