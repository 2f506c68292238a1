"""Makes and reads what browser tests need, through the services, in a process of its own.

`main` reads one JSON call a line, `["name", {arguments}]`, and answers with one JSON line.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from PIL import Image as Picture

from labeling.assignments import claims
from labeling.assignments.answers import submit
from labeling.jobs import accounts, classes, preferences, setup
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import (
    Assignment,
    Audit,
    Draft,
    Job,
    Label,
    LabelClass,
    Member,
    Transfer,
)
from labeling.rounds import lifecycle
from labeling.transfers import transfers
from tests.browser.backstage_audits import drawn, honeypots, judge, verdicts

SIZE = (320, 240)
BACKEND = "django.contrib.auth.backends.ModelBackend"
PATIENCE = 60


def person(name: str, project_admin: bool = False) -> int:
    """An account; its password is the name and "-open-sesame"."""
    user = get_user_model().objects.create_user(name, password=f"{name}-open-sesame")
    if project_admin:
        accounts.make_project_admin(user)
    return int(user.pk)


def session(name: str) -> str:
    """The cookie of a fresh sign-in."""
    user = get_user_model().objects.get(username=name)
    store = SessionStore()
    store.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": BACKEND,
            "_auth_user_hash": user.get_session_auth_hash(),
        }
    )
    store.create()
    return str(store.session_key)


def sign_out(name: str) -> None:
    """End all sessions of a person, as time would."""
    user = get_user_model().objects.get(username=name)
    for row in Session.objects.all():
        if row.get_decoded().get("_auth_user_id") == str(user.pk):
            row.delete()


def job(
    name: str,
    images: int,
    members: list[str],
    start: bool = True,
    labels: Sequence[str] = ("boat", "house"),
    **fields: Any,
) -> str:
    """A job of plain pictures with classes of these names; a member is "name/role"."""
    made = setup.create(name, None, **{"blind_checks": False, **fields})
    for label in labels:
        classes.add(made, label)
    for pair in members:
        who, _, role = pair.partition("/")
        user = get_user_model().objects.get(username=who)
        Member.objects.create(job=made, user=user, role=role)
    folder = media_path(f"uploads/{made.slug}")
    pictures(str(folder), images)
    row = transfers.start_import(made, None, "files", f"uploads/{made.slug}")
    runner.run("transfer", row.pk)  # does nothing where a worker was quicker
    _wait_for(Transfer.objects.filter(pk=row.pk).exclude(finished_at=None).exists)
    if start:
        lifecycle.start(made, None)
        _wait_for(lambda: Assignment.objects.filter(round__job=made).exists())
    return made.slug


def pictures(folder: str, count: int) -> None:
    """Files of one colour each, no two the same."""
    os.makedirs(folder)
    for i in range(count):
        colour = (40 + i % 200, 90, 140 + i // 200)
        Picture.new("RGB", SIZE, colour).save(os.path.join(folder, f"plain-{i:03}.png"))


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


def answer(slug: str, name: str, most: int, shift: int = 0) -> int:
    """Let a person answer up to so many images elsewhere; how many it were."""
    made = Job.objects.get(slug=slug)
    user = get_user_model().objects.get(username=name)
    box = {"class_id": 0, "x1": 10 + shift, "y1": 10, "x2": 60 + shift, "y2": 60}
    done = 0
    while done < most:
        assignments = claims.claim_next(made, user, count=1).assignments
        if not assignments:
            break
        submit(assignments[0], user, version=1, boxes=[box], active_ms=4000)
        made.refresh_from_db()
        done += 1
    return done


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


def labels_ready(slug: str, shifts: dict[str, int]) -> int:
    """Let people answer the open round, each by their own shift; how many labels came of it."""
    made = Job.objects.get(slug=slug)
    assignments = Assignment.objects.filter(round__job=made, round__closed_at=None)
    _wait_for(assignments.exists)  # after one round it takes the workers a moment to open the next
    round = made.rounds.get(closed_at=None)
    for name, shift in shifts.items():
        answer(slug, name, round.assignments.values("image").distinct().count(), shift)
    rows = Label.objects.filter(round=round)
    _wait_for(lambda: made.rounds.filter(pk=round.pk).exclude(closed_at=None).exists())
    return rows.count()


def audits_ready(slug: str, name: str) -> int:
    """Let a person answer and the workers work until there are audits; how many there are."""
    rows = Audit.objects.filter(round__job__slug=slug).wanted()
    _wait_for(lambda: rows.exists() or answer(slug, name, 1000) < 0)
    return rows.count()


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("the workers did not do their part in time")
        time.sleep(0.1)


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
