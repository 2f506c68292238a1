"""Checks of machine labels, what was locked before them, the certificate, and the history."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from labeling.kernel.boxes import Box
from labeling.kernel.certificate_shapes import Document, LockedContent
from labeling.kernel.json_shapes import JSON
from labeling.models.image import Image, Label
from labeling.models.job import Job
from labeling.models.reasons import RejectReason
from labeling.models.round import Round


class AuditQuerySet(models.QuerySet["Audit"]):
    """Words to ask for audits with."""

    def undecided(self) -> Self:
        """Without a verdict."""
        return self.filter(verdict="")

    def held_by(self, user: User) -> Self:
        """In this person's hands."""
        return self.filter(reviewer=user, verdict="")

    def wanted(self) -> Self:
        """Those that still count: the checks of a closed proof keep their last reviewer."""
        return self.filter(Q(kind=Audit.Kind.MONITORING) | Q(round__state=Round.State.AUDITING))

    def running(self) -> Self:
        """Of a proof that is not over: nobody may learn what its labels are, or how it stands."""
        stages = (Round.State.CALIBRATING, Round.State.AUDITING)
        return self.filter(kind=Audit.Kind.CERTIFICATE, round__state__in=stages)

    def decided(self) -> Self:
        """With a verdict."""
        return self.exclude(verdict="")


class Audit(models.Model):
    """A person's check of one auto-label.

    The audit plan of a closing round makes one row for every image of the loosest candidate set.
    The first of the drawn order get a position; those within the budget are checked.
    """

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", "certificate"
        MONITORING = "monitoring", "quality monitoring"

    class Verdict(models.TextChoices):
        NONE = "", "undecided"
        APPROVED = "approved", "approved"
        CORRECTED = "corrected", "corrected"
        REJECTED = "rejected", "rejected"
        UNJUDGEABLE = "unjudgeable", "cannot judge"

    round = models.ForeignKey(Round, models.CASCADE, related_name="audits")
    image = models.ForeignKey(Image, models.CASCADE, related_name="audits")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    position = models.PositiveIntegerField(null=True)
    # drawn by someone else than the first check of the image: blind, where that one saw the boxes;
    # else because that one was drawn incompletely, or to measure how people differ
    blind = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(null=True)  # strictest candidate set that holds it
    predicted: "models.Field[list[Box], list[Box]]" = models.JSONField()
    confidence = models.FloatField(null=True)
    label = models.ForeignKey(Label, models.SET_NULL, null=True, related_name="audits")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="audits"
    )
    # whose lease ran out before a verdict: they have seen what others judge now
    had_by: Any = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    # who has drawn it blind and seen what the label has besides: never to draw it again
    revealed_to: Any = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    page = models.CharField(max_length=36, blank=True, default="")  # the one that asked last
    verdict = models.CharField(max_length=11, choices=Verdict.choices, blank=True, default="")
    # the reviewer's of a blind check, before the label was revealed
    drawn: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(null=True)
    boxes: "models.Field[list[Box] | None, list[Box] | None]" = models.JSONField(null=True)
    # as its boxes say, and as the drawing alone says; which of them counts, the order of the checks
    # decides (certification.core.counted)
    value = models.FloatField(null=True)
    drawn_value = models.FloatField(null=True)
    # of a blind check: how many of the label's boxes the drawing matches
    found = models.PositiveIntegerField(null=True)
    # ... and whether a box known to be wrong was called an object; null: none shown
    missed_honeypot = models.BooleanField(null=True)
    # of one rejected
    reason = models.CharField(max_length=11, choices=RejectReason.choices, blank=True, default="")
    active_ms = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = (models.F("position").asc(nulls_last=True), "blind")
        constraints = (
            models.UniqueConstraint(fields=("round", "kind", "image", "blind"), name="audit_once"),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at__isnull=True)
                | (~Q(verdict="") & Q(reviewer__isnull=False, decided_at__isnull=False)),
                name="audit_decided_complete",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0, value__lte=1),
                name="audit_value_share",
            ),
        )
        indexes = (models.Index(fields=("round", "kind", "position"), name="audit_order"),)

    def __str__(self) -> str:
        return f"{self.image}: {self.kind} audit"

    @property
    def drawn_blind(self) -> bool:
        """Whether its checker draws before the label's boxes are revealed."""
        return self.blind or self.counts_as_drawn

    @property
    def added(self) -> int:
        """How many of the revealed boxes a blind check took over."""
        return len(self.boxes or []) - len(self.drawn or []) if self.found is not None else 0

    @property
    def is_incomplete(self) -> bool:
        """Whether most of what a blind check holds of the label was added after the reveal, so that
        someone else makes it again."""
        return self.counts_as_drawn and self.added > (self.found or 0)

    @property
    def counts_as_drawn(self) -> bool:
        """Whether it belongs to a proof whose checks are all blind."""
        return self.kind == self.Kind.CERTIFICATE and self.round.settings.blind_checks


class AuditPlanManager(models.Manager["AuditPlan"]):
    """Leaves the content unread until it is asked for: it names every image put to the proof."""

    def get_queryset(self) -> "models.QuerySet[AuditPlan]":
        """All columns but that one."""
        return super().get_queryset().defer("content")


class AuditPlan(models.Model):
    """What a closing round fixed before the order of its checks was drawn; never changed.

    The order follows from two random numbers: the server's, fixed with the plan by its digest, and
    one that a reviewer gives once the plan is locked. `budgets` is the one part that grows: [[first
    draw, budget], ...], each with its own horizon.
    """

    round = models.OneToOneField(Round, models.CASCADE, related_name="audit_plan")
    attempt = models.PositiveSmallIntegerField()
    content: "models.Field[LockedContent, LockedContent]" = (
        models.JSONField()
    )  # detector, score thresholds, sets, confidence rule
    content_digest = models.CharField(max_length=64)
    server_nonce = models.CharField(max_length=64)  # secret until the certificate is written
    reviewer_nonce = models.CharField(max_length=64, blank=True, default="")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # what both numbers give; empty until the order is drawn
    seed = models.CharField(max_length=64, blank=True, default="")
    order_digest = models.CharField(max_length=64, blank=True, default="")
    drawn_at = models.DateTimeField(null=True)
    budgets: "models.Field[list[list[int]], list[list[int]]]" = models.JSONField()
    locked_at = models.DateTimeField(auto_now_add=True)

    objects = AuditPlanManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    seed="", reviewer_nonce="", reviewer=None, order_digest="", drawn_at=None
                )
                | (
                    Q(reviewer__isnull=False, drawn_at__isnull=False)
                    & ~Q(seed="")
                    & ~Q(reviewer_nonce="")
                    & ~Q(order_digest="")
                ),
                name="audit_plan_drawn_complete",
            ),
        )

    def __str__(self) -> str:
        return f"{self.round}: audit plan {self.attempt}"


class Certificate(models.Model):
    """The document a closing round ended with, certified or not; immutable."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="certificate")
    attempt = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12)  # certified, not_provable, refused
    document: "models.Field[Document, Document]" = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.round}: {self.outcome}"


class Event(models.Model):
    """Something that happened to a job, and by whom; only ever added."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(max_length=40)
    data: "models.Field[dict[str, JSON], dict[str, JSON]]" = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
