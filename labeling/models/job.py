"""A job: the rules for its images, and where it stands."""

import secrets
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from labeling.kernel import addresses
from labeling.kernel import guarantee as guarantees


def new_seed() -> int:
    """A fresh seed for the random choices of one job, 31 bits."""
    return secrets.randbits(31)


def check_address(address: str) -> None:
    """Raises ValidationError for an address that the output manifest has another use for."""
    if problem := addresses.problem(address):
        raise ValidationError(problem)


class Job(models.Model):
    """Images to be labelled, the rules for it, and where it stands."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        COMPLETE = "complete", "complete"
        CANCELLED = "cancelled", "cancelled"

    class Acceptance(models.TextChoices):
        CERTIFIED = "certified", "At the end, with a certificate"
        PER_ROUND = "per_round", "Each round, above a threshold (no guarantee)"

    class Guarantee(models.TextChoices):
        QUALITY = guarantees.QUALITY, "Mean quality of the accepted images"
        DEFECT_FREE = guarantees.DEFECT_FREE, "Share of the accepted images without a defect"
        DATASET = guarantees.DATASET, "Mean quality of all images, people's labels counted as right"

    class Consolidation(models.TextChoices):
        EM = "em", "Weighted by how reliable each person is (EM)"
        AVERAGE = "average", "Mean of the boxes that most people drew (as Ground Truth)"

    class Drawing(models.TextChoices):
        DRAG = "drag", "Press, drag, release"
        CLICKS = "clicks", "Two clicks, on opposite corners"
        POINTS = "points", "Four clicks, on the outermost points of the object"

    class Mode(models.TextChoices):
        INDEPENDENT = "independent", "Independent: everyone draws, blind to each other"
        ADAPTIVE = "adaptive", "Adaptive: two draw, another one only where they differ"
        VERIFY = "verify", "Verify: one draws, the next ones confirm or fix"

    class Preset(models.TextChoices):
        BOXWISE = "boxwise", "Boxwise"
        MINIMAL = "minimal", "Minimal: fewest labels, for one or two clear classes"
        GROUND_TRUTH = "ground_truth", "Ground Truth"

    name = models.CharField(max_length=120)
    slug = models.SlugField(
        max_length=60,
        unique=True,
        validators=[check_address],
        help_text="Part of the job's address.",
    )
    instructions = models.TextField(
        blank=True, help_text="Markdown. Annotators see it at their first visit and by the key I."
    )
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    preset = models.CharField(
        max_length=12,
        choices=Preset.choices,
        default=Preset.BOXWISE,
        help_text="Fills the fields below. Everything stays yours to change.",
    )
    assist = models.BooleanField(
        "model assistance",
        default=True,
        help_text="Train a detector between rounds and let it label sure images. "
        "Off: people label everything.",
    )
    suggestions = models.BooleanField(
        default=True,
        help_text="Show the detector's boxes to people in active rounds. Pilot, validation and "
        "first training images are always drawn blind.",
    )
    blind_control_percent = models.PositiveSmallIntegerField(
        "blind control share, %",
        default=5,
        validators=[MaxValueValidator(50)],
        help_text="Share of the images with shown boxes that up to two more people draw without "
        "seeing them. A class in which corrected work turns out worse by more than .05 is no "
        "longer shown.",
    )
    honeypot_percent = models.PositiveSmallIntegerField(
        "honeypot share, %",
        default=0,
        validators=[MaxValueValidator(20)],
        help_text="Share of the assignments with shown boxes that get one wrong box among them. "
        "The report tells managers who let it pass; it is never counted as a label.",
    )
    detector = models.CharField(max_length=60, default="auto")  # or a name the plug-in offers
    start_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    acceptance = models.CharField(
        "accept",
        max_length=10,
        choices=Acceptance.choices,
        default=Acceptance.CERTIFIED,
        help_text="When the machine's labels become binding.",
    )
    mode = models.CharField(
        "workflow",
        max_length=11,
        choices=Mode.choices,
        default=Mode.ADAPTIVE,
        help_text="Verifying starts after the first training; before it, and on validation "
        "images, people always draw blind.",
    )
    annotators_per_image = models.PositiveSmallIntegerField(
        "annotators per image",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="Independent: this many draw each image. Adaptive and verify: at most this many.",
    )
    error_limit = models.FloatField(
        "allowed expected errors per image",
        default=0.25,
        validators=[MinValueValidator(0.01), MaxValueValidator(5)],
        help_text="Adaptive: another person is asked while more than this many errors (missed, "
        "wrong or loose boxes) are expected in an image. Strict: 0.15.",
    )
    consolidation = models.CharField(
        max_length=8,
        choices=Consolidation.choices,
        default=Consolidation.EM,
        help_text="How several people's boxes become one label. Answers drawn on suggestions "
        "always use the majority: they are not independent.",
    )
    pilot_size = models.PositiveIntegerField(
        "pilot", default=10, help_text="First random images, to see that the job works."
    )
    validation_size = models.PositiveIntegerField(
        "validation",
        default=0,
        help_text="Random images that judge the detector and are never trained on. 0: the "
        "training images judge it, each by a detector that has not seen it: fewer labels for two "
        "and a half times the training time.",
    )
    training_size = models.PositiveIntegerField(
        "first training", default=100, help_text="Random images for the first detector."
    )
    batch_size = models.PositiveIntegerField(
        "each further round",
        default=150,
        validators=[MinValueValidator(1)],
        help_text="Images that people label in each active round.",
    )
    prefetch_percent = models.PositiveSmallIntegerField(
        "prefetch share, %",
        default=20,
        validators=[MaxValueValidator(100)],
        help_text="Share of a batch that opens while the machine trains again, so that nobody "
        "waits. 0: people wait. During the first training they do: its detector is often enough.",
    )
    drawing = models.CharField(
        max_length=6,
        choices=Drawing.choices,
        default=Drawing.CLICKS,
        help_text="How a box is drawn at first; each person may change it by the key M. Dragging "
        "always works, too. Four points give tighter boxes.",
    )
    one_object = models.BooleanField(
        "one object per image",
        default=False,
        help_text="The first box submits itself after a second in which it can be taken back.",
    )
    guarantee = models.CharField(
        max_length=11,
        choices=Guarantee.choices,
        default=Guarantee.QUALITY,
        help_text="What the certificate guarantees to reach the target. A defect is a missed "
        "object, a false box, or a box that overlaps its object by less than half.",
    )
    per_class = models.BooleanField(
        "each class on its own",
        default=False,
        help_text="Prove the guarantee for the images of each class apart, an image counting for "
        "the rarest class it shows. A class with too few boxes is left to people. Takes more "
        "checks.",
    )
    blind_checks = models.BooleanField(
        "blind checks",
        default=True,
        help_text="Checkers draw before they see the label's boxes, then say which they had "
        "overlooked. Each check takes as long as drawing, and the proof holds without the near "
        "misses that people let pass once they see boxes. Off: one check in five does.",
    )
    target_quality = models.FloatField(
        "target",
        default=0.6,
        validators=[MinValueValidator(0.05), MaxValueValidator(0.99)],
        help_text="Mean quality the accepted labels must have, or what the guarantee names: 1 is "
        "every box perfect, a missed object or a false box counts 0. More than one person alone "
        "reaches against the labels of several, less 0.05, asks too much: the live page tells.",
    )
    risk = models.FloatField(
        default=0.10,
        validators=[MinValueValidator(0.001), MaxValueValidator(0.5)],
        help_text='"At most 0.10" means: in at most one of ten jobs like this the accepted '
        "images fall short of the target.",
    )
    audit_budget = models.PositiveIntegerField(
        default=120,
        validators=[MinValueValidator(10)],
        help_text="Checks of auto-labels that a proof is planned with. While they speak for the "
        "guarantee but do not show it yet, half as many are added, up to twice the number; when it "
        "cannot be shown, people label the rest.",
    )
    monitoring_share = models.FloatField(
        default=0.05,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Share of the accepted images that reviewers still check afterwards.",
    )
    lease_minutes = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1)],
        help_text="An image goes to someone else after this long without a sign.",
    )
    price_image = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal("0.08"),
        validators=[MinValueValidator(0)],
        help_text="Per labelled image.",
    )
    price_answer = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal("0.036"),
        validators=[MinValueValidator(0)],
        help_text="Per submitted answer or audit of a person.",
    )
    budget = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For certified jobs: once this much is spent, no further batch is drawn before "
        "the proof. What the proof leaves goes to people all the same. Empty: no limit.",
    )
    seed = models.PositiveIntegerField(default=new_seed, editable=False)
    # A rehearsal repeats itself only if the audit order does; a real job draws it once the plan is
    # locked.
    audit_seed = models.CharField(max_length=64, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(target_quality__gt=0, target_quality__lt=1), name="job_target_share"
            ),
            models.CheckConstraint(condition=Q(risk__gt=0, risk__lt=1), name="job_risk_share"),
            models.CheckConstraint(
                condition=Q(per_class=False) | ~Q(guarantee=guarantees.DATASET),
                name="job_classes_of_accepted",
                violation_error_message="The mean of all images is one guarantee: it cannot be "
                "proved for each class on its own. Choose another guarantee, or all at once.",
            ),
            models.CheckConstraint(condition=Q(batch_size__gte=1), name="job_batch_positive"),
            models.CheckConstraint(
                condition=Q(annotators_per_image__gte=1), name="job_people_positive"
            ),
            models.CheckConstraint(condition=Q(error_limit__gt=0), name="job_error_limit_positive"),
            models.CheckConstraint(
                condition=Q(blind_control_percent__lte=50, honeypot_percent__lte=20),
                name="job_control_shares",
            ),
            models.CheckConstraint(
                condition=Q(monitoring_share__gte=0, monitoring_share__lte=1),
                name="job_monitoring_share",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def lease_seconds(self) -> int:
        """How long an assignment is kept without a sign."""
        return self.lease_minutes * 60
