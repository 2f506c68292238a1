"""Work on shown boxes held against blind work, and honeypots that were let through."""

from itertools import groupby
from typing import TypedDict

from django.db.models import Count, Q, QuerySet

from labeling.assignments.core.ways import Comparison, Control, compare_ways
from labeling.kernel import sampling
from labeling.kernel.annotator_noise import AnnotatorNoise
from labeling.kernel.boxes import BoxSet, pack
from labeling.models import Assignment, Image, Job, Round

State = Assignment.State
LATEST = 2_000  # blind answers elsewhere that stand for how people differ among themselves


def shows_boxes(round: Round) -> bool:
    """Whether people see boxes in this round: a model's, or such as an import brought."""
    if round.blind:
        return False
    return bool(
        round.settings.suggestions
        or round.purpose == Round.Purpose.CLOSING
        or round.settings.mode == Job.Mode.VERIFY
    )


def blind_assignments(round: Round, annotators: int) -> int:
    """How many people draw a control image blind, beside those who see the boxes.

    Two, so that their difference tells how far people differ anyway; one where the job has two
    people, none where it has one.
    """
    return min(2, annotators - 1) if shows_boxes(round) and annotators > 1 else 0


def is_control(round: Round, image: Image) -> bool:
    """Whether this image belongs to the random share that is also drawn blind."""
    if not round.settings.assist and image.imported is None:
        return False  # there is nothing to show
    share = round.settings.blind_control_percent / 100
    return sampling.sampled(image.digest, f"control:{round.job.seed}", share)


def of_job(job: Job) -> list[Comparison]:
    """Corrected against blank, for each class in use that has been labelled both ways."""
    both = Assignment.objects.submitted().filter(round__job=job, blank=True)
    if not both.exists():
        return []
    class_ids = list(job.classes.filter(retired=False).values_list("index", flat=True))
    return compare_ways([*_images(job, both), *_elsewhere(job)], class_ids)


def _images(job: Job, both: "QuerySet[Assignment]") -> list[Control]:
    rows = (
        Assignment.objects.submitted()
        .filter(round__job=job, image__in=both.values("image"))
        .order_by("image", "slot")
        .values_list("image", "blank", "suggested", "boxes")
    )
    found = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        shown: list[BoxSet] = []
        blank: list[BoxSet] = []
        for _, is_blank, suggested, boxes in group:
            if is_blank:
                blank.append(pack(boxes or []))
            elif suggested is not None:
                shown.append(pack(boxes or []))
        found.append(Control(tuple(shown), tuple(blank)))
    return found


def _elsewhere(job: Job) -> list[Control]:
    """Images of the blind rounds, where everybody draws blind."""
    rows = (
        Assignment.objects.submitted()
        .filter(round__job=job, round__purpose__in=Round.BLIND)
        .order_by("-image", "slot")
        .values_list("image", "boxes")[:LATEST]
    )
    return [
        Control((), tuple(pack(boxes or []) for _, boxes in group))
        for _, group in groupby(rows, key=lambda row: row[0])
    ]


def annotator_noise(job: Job) -> AnnotatorNoise | None:
    """How people who draw blind differ, from all images that two or more drew so; None: too few."""
    both = Assignment.objects.submitted().filter(round__job=job, blank=True)
    images = [*_elsewhere(job), *_images(job, both)]
    return AnnotatorNoise.between(
        [(a, b) for a, b, *_ in (one.blank for one in images if one.blank[1:])]
    )


def fallen(job: Job) -> list[int]:
    """Classes whose boxes people no longer see, for corrected work was worse than blind."""
    return [found.class_id for found in of_job(job) if found.falls_back]


class HoneypotRow(TypedDict):
    """How many honeypots a person was shown, and missed."""

    name: str
    shown: int
    missed_honeypot: int


def honeypot(job: Job) -> list[HoneypotRow]:
    """Who was shown honeypots, and how many they let through; those who missed most first."""
    rows = (
        Assignment.objects.filter(round__job=job, missed_honeypot__isnull=False)
        .values("annotator__username", "annotator__first_name", "annotator__last_name")
        .annotate(shown=Count("pk"), through=Count("pk", filter=Q(missed_honeypot=True)))
        .order_by("-through", "shown", "annotator__username")
    )
    return [
        {
            "name": f"{row['annotator__first_name']} {row['annotator__last_name']}".strip()
            or row["annotator__username"],
            "shown": row["shown"],
            "missed_honeypot": row["through"],
        }
        for row in rows
    ]
