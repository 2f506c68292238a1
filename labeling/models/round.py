"""A round, its machine steps, its assignments, and the workers that were seen."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q

from labeling.kernel.boxes import Box
from labeling.kernel.json_shapes import ActionTimes, Estimate, Outcome, StepData
from labeling.models.image import Image
from labeling.models.job import Job
from labeling.models.reasons import SkipReason
from labeling.models.round_settings import RoundSettings, RoundSettingsField
from labeling.models.work_item import WorkItem


class Round(models.Model):
    """One pass of the loop: the machine's part first, the people's part after it."""

    class Purpose(models.TextChoices):
        PILOT = "pilot", "pilot"
        VALIDATION = "validation", "validation"
        TRAINING = "training", "first training"
        ACTIVE = "active", "active learning"
        CLOSING = "closing", "closing"

    BLIND = (Purpose.PILOT, Purpose.VALIDATION, Purpose.TRAINING)  # and drawn at random

    class State(models.TextChoices):
        TRAINING = "TRAINING", "Training"
        PREDICTING = "PREDICTING", "Predicting"
        CALIBRATING = "CALIBRATING", "Calibrating"
        AUDITING = "AUDITING", "Auditing"
        ACCEPTING = "ACCEPTING", "Accepting"
        SELECTING = "SELECTING", "Selecting"
        COLLECTING = "COLLECTING", "Collecting"
        CONSOLIDATING = "CONSOLIDATING", "Consolidating"
        CLOSED = "CLOSED", "Closed"

    job = models.ForeignKey(Job, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    state = models.CharField(max_length=13, choices=State.choices)
    settings: "models.Field[RoundSettings | dict[str, Any], RoundSettings]" = RoundSettingsField()
    # state → ISO time, for the state line
    entered: "models.Field[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    # what the machine would accept now, where nothing is binding yet: {"accept_now", "share", ...}
    estimate: "models.Field[Estimate | None, Estimate | None]" = models.JSONField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="round_number_once"),
            models.UniqueConstraint(
                fields=("job",), condition=Q(closed_at__isnull=True), name="round_open_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.job}, round {self.number}"

    @property
    def blind(self) -> bool:
        """Whether people must not see any box of the model in this round."""
        return self.purpose in self.BLIND

    @property
    def mode(self) -> str:
        """How people work in this round: what is drawn blind is never verified, only drawn."""
        mode: str = self.settings.mode
        return Job.Mode.ADAPTIVE if mode == Job.Mode.VERIFY and self.blind else mode

    @property
    def takes_answers(self) -> bool:
        """Whether answers may still come and change."""
        return self.state not in (self.State.CONSOLIDATING, self.State.CLOSED)


class Step(WorkItem):
    """One piece of a round's machine work; several workers share a state by shards."""

    NAME = "step"
    GOES_ON = Q(round__job__state=Job.State.RUNNING)
    STARTS = GOES_ON & Q(round__state=F("state"))

    round = models.ForeignKey(Round, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=13, choices=Round.State.choices)
    shard = models.PositiveSmallIntegerField(default=0)
    # what the live page draws: the loss so far
    data: "models.Field[StepData, StepData]" = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("round", "state", "shard"), name="step_once"),
        )

    def __str__(self) -> str:
        return f"{self.round}: {self.state.lower()} {self.shard}"

    @property
    def job(self) -> Job:
        """The job it belongs to."""
        return self.round.job

    @property
    def label(self) -> str:
        """The state."""
        return self.state


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Words to ask for assignments with."""

    def pending(self) -> Self:
        """Still expected: open or in someone's hands."""
        return self.filter(state__in=(Assignment.State.OPEN, Assignment.State.CLAIMED))

    def held_by(self, user: User) -> Self:
        """In this person's hands."""
        return self.filter(annotator=user, state=Assignment.State.CLAIMED)

    def submitted(self) -> Self:
        """Answers that count."""
        return self.filter(state=Assignment.State.SUBMITTED)


class Assignment(models.Model):
    """One assignment: the place of one person's answer on one image in one round."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        CLAIMED = "claimed", "claimed"
        SUBMITTED = "submitted", "submitted"
        SKIPPED = "skipped", "skipped"
        EXPIRED = "expired", "expired"
        EXTRA = "extra", "extra"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Withdrawn(models.TextChoices):
        LOCKED = "locked", "held for the audit"
        ACCEPTED = "accepted", "labelled by the machine"
        CORRECTED = "corrected", "corrected by a reviewer"
        EXCLUDED = "excluded", "the image was excluded"
        IMPORTED = "imported", "labelled by an import"
        ROUND_OVER = "round_over", "the round went on without it"
        NOBODY_LEFT = "nobody_left", "nobody left who may take it"
        CANCELLED = "cancelled", "the job was cancelled"

    round = models.ForeignKey(Round, models.CASCADE, related_name="assignments")
    image = models.ForeignKey(Image, models.CASCADE, related_name="assignments")
    slot = models.PositiveSmallIntegerField()
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="assignments"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    claimed_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    page = models.CharField(max_length=36, blank=True, default="")  # the one that asked last
    version = models.PositiveIntegerField(default=0)
    # what the person was shown, if anything
    suggested: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(null=True)
    honeypot = models.PositiveSmallIntegerField(null=True)  # place of a wrong box in `suggested`
    blank = models.BooleanField(default=False)  # drawn blind though the round shows boxes
    verify = models.BooleanField(default=False)  # shown one by one: checking beats drawing here
    boxes: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(null=True)
    # what became of each of `suggested`
    outcomes: "models.Field[list[Outcome] | None, list[Outcome] | None]" = models.JSONField(
        null=True
    )
    missed_honeypot = models.BooleanField(null=True)  # the honeypot was in the first answer
    active_ms = models.PositiveIntegerField(default=0)
    # sums to active_ms
    action_ms: "models.Field[ActionTimes | None, ActionTimes | None]" = models.JSONField(null=True)
    # of one withdrawn or skipped
    reason = models.CharField(
        max_length=15,
        choices=(*Withdrawn.choices, *SkipReason.choices),
        blank=True,
        default="",
    )
    submitted_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("round", "image", "slot"),
                condition=Q(state__in=("open", "claimed", "submitted")),
                name="assignment_filled_once",
            ),
            models.UniqueConstraint(
                fields=("round", "image", "annotator"),
                condition=Q(annotator__isnull=False),
                name="assignment_person_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted")
                | Q(annotator__isnull=False, boxes__isnull=False, submitted_at__isnull=False),
                name="assignment_submitted_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed")
                | Q(annotator__isnull=False, lease_expires_at__isnull=False),
                name="assignment_claimed_complete",
            ),
            models.CheckConstraint(
                condition=Q(blank=False) | Q(suggested__isnull=True),
                name="assignment_blank_shows_none",
            ),
        )
        indexes = (
            models.Index(fields=("round", "state"), name="assignment_round_state"),
            models.Index(fields=("annotator", "submitted_at"), name="assignment_person_day"),
        )

    def __str__(self) -> str:
        return f"{self.image}, assignment {self.slot} ({self.state})"


class WorkerHeartbeat(models.Model):
    """When a worker process was last seen, so that pages can say that none runs."""

    name = models.CharField(max_length=64, unique=True)
    queues = models.CharField(max_length=60)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
