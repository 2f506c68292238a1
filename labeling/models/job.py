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
        INDEPENDENT = "independent", "Independent: everyone annotates blind"
        ADAPTIVE = "adaptive", "Adaptive: two annotate, more only where they disagree"
        VERIFY = "verify", "Verify: one annotates, the next ones confirm or fix"

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
        "guidelines",
        blank=True,
        help_text="Markdown. Annotators see the guidelines on their first visit, and by the key I.",
    )
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    preset = models.CharField(
        max_length=12,
        choices=Preset.choices,
        default=Preset.BOXWISE,
        help_text="Sets the fields below; you can change each of them.",
    )
    assist = models.BooleanField(
        "model assistance",
        default=True,
        help_text="Train a detector between rounds and let it label the images it is confident "
        "about. Off: people label every image.",
    )
    suggestions = models.BooleanField(
        default=True,
        help_text="Show the detector's boxes to annotators in active rounds. Pilot, validation and "
        "first training images are always annotated blind.",
    )
    blind_control_percent = models.PositiveSmallIntegerField(
        "blind control share, %",
        default=5,
        validators=[MaxValueValidator(50)],
        help_text="Share of the pre-labelled images that up to two more people annotate blind. A "
        "class in which corrected work turns out worse by more than .05 is no longer "
        "pre-labelled.",
    )
    honeypot_percent = models.PositiveSmallIntegerField(
        "honeypot share, %",
        default=0,
        validators=[MaxValueValidator(20)],
        help_text="Share of the pre-labelled tasks that get one wrong box. The report tells "
        "managers who missed it; it never counts as a label.",
    )
    detector = models.CharField(max_length=60, default="auto")  # or a name the plug-in offers
    start_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    acceptance = models.CharField(
        "accept",
        max_length=10,
        choices=Acceptance.choices,
        default=Acceptance.CERTIFIED,
        help_text="When auto-labels are accepted.",
    )
    mode = models.CharField(
        "workflow",
        max_length=11,
        choices=Mode.choices,
        default=Mode.ADAPTIVE,
        help_text="Verify starts after the first training; before it, and on validation images, "
        "people always annotate blind.",
    )
    annotators_per_image = models.PositiveSmallIntegerField(
        "annotators per image",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="Independent: exactly this many for each image. Adaptive and verify: at most "
        "this many.",
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
        help_text="How several people's boxes become one label. Corrected pre-labels always use "
        "the majority, as they are not independent.",
    )
    pilot_size = models.PositiveIntegerField(
        "pilot",
        default=10,
        help_text="Random images to check the setup with.",
    )
    validation_size = models.PositiveIntegerField(
        "validation",
        default=0,
        help_text="Random images that the detector is evaluated on and never trained on. 0: "
        "evaluation by cross-validation on the training images, which needs fewer labels "
        "and two and a half times the training time.",
    )
    training_size = models.PositiveIntegerField(
        "first training", default=100, help_text="Random images for the first detector."
    )
    batch_size = models.PositiveIntegerField(
        "each further round",
        default=150,
        validators=[MinValueValidator(1)],
        help_text="Images to label in each active round.",
    )
    prefetch_percent = models.PositiveSmallIntegerField(
        "prefetch share, %",
        default=20,
        validators=[MaxValueValidator(100)],
        help_text="Share of a batch that is assigned while the detector trains again, so that "
        "nobody waits. 0: people wait. During the first training they always do: its "
        "detector is often good enough.",
    )
    drawing = models.CharField(
        max_length=6,
        choices=Drawing.choices,
        default=Drawing.CLICKS,
        help_text="The drawing method at first; each person can change it by the key M, and "
        "dragging always works. Four points give tighter boxes.",
    )
    one_object = models.BooleanField(
        "one object per image",
        default=False,
        help_text="The first box submits the image after one second, in which it can be undone.",
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
        help_text="Prove the guarantee for the images of each class separately; an image counts "
        "for its rarest class. A class with too few boxes is left to people. Takes more "
        "audits.",
    )
    blind_checks = models.BooleanField(
        "blind checks",
        default=True,
        help_text="Reviewers draw before they see the auto-label, then say which of its boxes they "
        "had overlooked. Takes as long as annotating, and excludes the near misses that "
        "people let pass once they see boxes. Off: one audit in five is blind.",
    )
    target_quality = models.FloatField(
        "target",
        default=0.6,
        validators=[MinValueValidator(0.05), MaxValueValidator(0.99)],
        help_text="Mean quality of the data set, people's labels counted as right, or what the "
        "guarantee names: 1 means every box is perfect; a missed object or a false box counts 0. "
        "A target above what one annotator reaches against the labels of several, minus 0.05, is "
        "out of reach; the live page tells.",
    )
    risk = models.FloatField(
        default=0.10,
        validators=[MinValueValidator(0.001), MaxValueValidator(0.5)],
        help_text="0.10 means: in at most one of ten jobs like this the accepted images miss the "
        "target.",
    )
    audit_budget = models.PositiveIntegerField(
        default=120,
        validators=[MinValueValidator(10)],
        help_text="Auto-labels that are audited. If the result is promising but not conclusive, "
        "half as many are added, up to twice the number; if the guarantee cannot be "
        "proven, people label the rest.",
    )
    monitoring_share = models.FloatField(
        default=0.05,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Share of the accepted images that reviewers check, those checked for a "
        "certificate included. Ends early once the checks show that the target is reached.",
    )
    lease_minutes = models.PositiveSmallIntegerField(
        "task timeout, minutes",
        default=10,
        validators=[MinValueValidator(1)],
        help_text="Minutes without activity after which an image is reassigned.",
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
        help_text="Per submission or review.",
    )
    budget = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For certified jobs: once this much is spent, the audit begins instead of "
        "another batch. Images that the audit leaves go to people all the same. Empty: no limit.",
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
