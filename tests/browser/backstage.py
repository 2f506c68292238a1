"""Makes and reads what browser tests need, through the services, in a process of its own.

`main` reads one JSON call a line, `["name", {arguments}]`, and answers with one JSON line.
"""

import json
import sys
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from labeling.assignments import claims
from labeling.jobs import preferences
from labeling.models import Assignment, Draft, Job, Label, LabelClass
from labeling.rounds import lifecycle
from tests.browser.backstage_audits import drawn, honeypots, judge, verdicts
from tests.browser.backstage_jobs import answer, audits_ready, job, labels_ready, pictures
from tests.browser.backstage_people import person, session, sign_out, token


def answers(slug: str) -> list[dict[str, Any]]:
    """What people have sent, in the order it came."""
    rows = Assignment.objects.filter(round__job__slug=slug).exclude(submitted_at=None)
    return [
        {
            "by": row.annotator.username,
            "state": row.state,
            "version": row.version,
            "boxes": row.boxes,
            "image": row.image_id,
            "active_ms": row.active_ms,
            "action_ms": row.action_ms,
            "outcomes": row.outcomes,
        }
        for row in rows.select_related("annotator").order_by("submitted_at")
    ]


def own(name: str) -> dict[str, Any]:
    """How the page draws for a person, where they chose."""
    settings: dict[str, Any] = preferences.user_preferences(
        get_user_model().objects.get(username=name)
    )["page"]
    return settings


def expire(slug: str) -> int:
    """Let the leases of all assignments in hand run out, as time would; how many it were."""
    assignments = Assignment.objects.filter(round__job__slug=slug, state=Assignment.State.CLAIMED)
    return assignments.update(lease_expires_at=timezone.now() - timedelta(minutes=1))


def held(slug: str) -> list[str]:
    """Who has an image in hand, once for each."""
    rows = Assignment.objects.filter(round__job__slug=slug, state=Assignment.State.CLAIMED)
    return list(rows.order_by("pk").values_list("annotator__username", flat=True))


def drafts(slug: str) -> list[int]:
    """How many boxes each draft at the server has."""
    rows = Draft.objects.filter(assignment__round__job__slug=slug).order_by("assignment")
    return [len(row.content["boxes"]) for row in rows]


def rename(slug: str, old: str, new: str) -> None:
    """Give a class another name."""
    LabelClass.objects.filter(job__slug=slug, name=old).update(name=new)


def act(slug: str, action: str) -> None:
    """What a manager's button does."""
    getattr(lifecycle, action)(Job.objects.get(slug=slug), None)


def suggest(slug: str, name: str, suggested: list[dict[str, Any]], verify: bool = False) -> int:
    """Give a person assignments with these suggestions, as an active round would; how many."""
    user = get_user_model().objects.get(username=name)
    assignments = claims.claim_next(Job.objects.get(slug=slug), user, count=2)
    pks = [assignment.pk for assignment in assignments.assignments]
    return Assignment.objects.filter(pk__in=pks).update(suggested=suggested, verify=verify)


def skips(slug: str) -> list[str]:
    """Why people declined images."""
    rows = Assignment.objects.filter(round__job__slug=slug, state=Assignment.State.SKIPPED)
    return list(rows.values_list("reason", flat=True))


def labels(slug: str) -> list[dict[str, Any]]:
    """Every label of a job, in the order they were made."""
    rows = Label.objects.filter(image__job__slug=slug).select_related("by").order_by("pk")
    return [
        {
            "image": row.image_id,
            "source": row.source,
            "boxes": row.boxes,
            "holds": row.revoked_at is None,
            "reason": row.end,
            "by": row.by.username if row.by else None,
        }
        for row in rows
    ]


def standing(slug: str) -> dict[str, Any]:
    """A job as the database has it."""
    made = Job.objects.get(slug=slug)
    return {
        "state": made.state,
        "images": made.images.count(),
        "classes": list(made.classes.values_list("name", flat=True)),
        "members": sorted(f"{m.user.username}/{m.role}" for m in made.members.all()),
        "annotators_per_image": made.annotators_per_image,
    }


CALLS = (
    person,
    session,
    sign_out,
    token,
    job,
    pictures,
    answers,
    own,
    held,
    drafts,
    expire,
    rename,
    act,
    suggest,
    skips,
    answer,
    judge,
    audits_ready,
    verdicts,
    drawn,
    honeypots,
    standing,
    labels,
    labels_ready,
)


def main() -> None:
    """Answer until the other side closes."""
    known = {call.__name__: call for call in CALLS}
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            reply = {"value": known[name](**arguments)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
