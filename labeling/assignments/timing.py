"""People's own seconds per box, taken from their answers each time they are asked for."""

from statistics import median
from typing import TypedDict

from django.db.models import QuerySet

from labeling.assignments.core import box_seconds
from labeling.assignments.core.box_seconds import Kind
from labeling.models import Assignment, Job
from labeling.models.functions import BoxCount

LATEST = 5_000  # answers looked at: medians stand still long before, and the work stays bounded


class BoxSeconds(TypedDict):
    """Median seconds of one box, and the answers they were taken from."""

    seconds: float
    answers: int


def of_job(job: Job) -> dict[Kind, BoxSeconds]:
    """Of everybody who answered in this job; see `seconds_by_action`."""
    return seconds_by_action(Assignment.objects.filter(round__job=job))


def seconds_by_action(rows: "QuerySet[Assignment]") -> dict[Kind, BoxSeconds]:
    """Median seconds and number of answers by kind, of the latest answers among `rows`.

    An answer that was changed is left out: its times are of more boxes than it has now.
    """
    given = rows.filter(
        state__in=(Assignment.State.SUBMITTED, Assignment.State.EXTRA),
        version=1,
        action_ms__isnull=False,
    )
    found: dict[Kind, list[float]] = {kind: [] for kind in box_seconds.KINDS}
    latest = given.order_by("-submitted_at").values_list(
        BoxCount("boxes"),
        "missed_honeypot",
        BoxCount("suggested"),
        "outcomes",
        "action_ms",
        "active_ms",
        "verify",
    )[:LATEST]
    for boxes, honeypot, suggested, *rest in latest:
        # a honeypot that was accepted took its time, though it was not stored
        answered = int(boxes or 0) + bool(honeypot)
        for kind, each in box_seconds.seconds(
            box_seconds.Trace(answered, int(suggested or 0), *rest)
        ):
            found[kind].append(each)
    return {
        kind: {"seconds": round(median(times), 2), "answers": len(times)}
        for kind, times in found.items()
        if times
    }
