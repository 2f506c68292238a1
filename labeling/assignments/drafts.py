"""Half-done work of people, kept at the server so that another computer can go on."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from labeling.assignments import answer_content
from labeling.assignments.core import telemetry
from labeling.kernel.errors import Conflict, Invalid, LeaseLost
from labeling.kernel.json_shapes import JSON, DraftBox, DraftContent
from labeling.models import Assignment, Draft

State = Assignment.State
EDITABLE = (State.CLAIMED, State.EXPIRED, State.SUBMITTED)


class _Values(TypedDict):
    version: int
    number: int
    writer: str
    content: DraftContent
    saved_at: datetime


def save(
    assignment: Assignment, *, version: int, number: int, known: int, writer: str, content: JSON
) -> None:
    """Keep the draft, unless it would overwrite newer work (Conflict).

    `version` is the answer the draft starts from; `number` counts the saves of one assignment over
    all pages. A page overwrites its own older drafts, and of another page only what it has seen:
    numbers up to `known`. A repeat is no error. Of an expired assignment the draft is kept, too:
    the work may still count as extra evidence.
    """
    if assignment.state not in EDITABLE:
        raise LeaseLost("This image is no longer yours. What you did is kept on your computer.")
    if assignment.version != version:
        raise Conflict("This image has been answered since.")
    values: _Values = {
        "version": version,
        "number": number,
        "writer": writer,
        "content": parse_draft(assignment, content),
        "saved_at": timezone.now(),
    }
    rows = Draft.objects.filter(assignment=assignment)
    older = rows.filter(
        Q(version__lt=version)
        | Q(writer=writer, number__lt=number)
        | Q(number__lte=known, number__lt=number)
    )
    if older.update(**values):
        return
    try:
        with transaction.atomic():
            Draft.objects.create(assignment=assignment, **values)
    except IntegrityError:
        if older.all().update(**values):
            return  # its first draft came between the two
        stored = rows.first()
        if stored is None or (stored.number, stored.writer) == (number, writer):
            return
        raise Conflict(
            "Newer work on this image was saved elsewhere.", code="draft_elsewhere"
        ) from None


def parse_draft(assignment: Assignment, content: JSON) -> DraftContent:
    """The draft with every box checked like an answer's; raises Invalid."""
    if not isinstance(content, dict) or set(content) - {"boxes", "active_ms", "action_ms"}:
        raise Invalid("A draft has boxes, active_ms and action_ms.", where="content")
    raw = content.get("boxes")
    boxes = answer_content.parse_boxes(assignment.image, raw)
    assert isinstance(raw, list)  # the boxes are what it holds
    known = len(assignment.suggested or [])
    marked: list[DraftBox] = []
    for place, (box, given) in enumerate(zip(boxes, raw, strict=True)):
        assert isinstance(given, dict)
        source = given.get("source")
        if source is not None and (type(source) is not int or not 0 <= source < known):
            raise Invalid("There is no such suggestion.", where=f"boxes[{place}].source")
        marked.append({**box, "suggested": given.get("suggested") is True, "source": source})
    active_ms = content.get("active_ms", 0)
    if type(active_ms) is not int or not 0 <= active_ms <= telemetry.MOST_MS:
        raise Invalid("A time is whole milliseconds, at most a day.", where="active_ms")
    times = telemetry.parse_action_ms(content.get("action_ms"))
    return {"boxes": marked, "active_ms": active_ms, "action_ms": times}


class ServerDraft(DraftContent):
    """A draft as the page needs it: the number of its save, and the page that saved it."""

    number: int
    writer: str


def newest_drafts(assignments: Iterable[Assignment]) -> dict[int, ServerDraft]:
    """The drafts of these assignments, by assignment, as the page needs them."""
    rows = Draft.objects.filter(
        assignment__in=[assignment.pk for assignment in assignments],
        version=F("assignment__version"),
    )
    return {
        row.assignment_id: {"number": row.number, "writer": row.writer, **row.content}
        for row in rows
    }
