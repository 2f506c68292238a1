"""Notes pinned to a place on an image, and the answers of reviewers.

Nobody learns from a note what others drew before the image is consolidated: until it has a label,
an annotator sees only the threads they began themselves, with the answers to them. A person who
both reviews and draws sees the others' threads of an image only once they can no longer draw it.
"""

from collections.abc import Iterable, Set

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from labeling.kernel import events, text
from labeling.kernel.errors import Conflict, Invalid, NotAllowed
from labeling.models import Assignment, Audit, Comment, Image, Job, Label, Member, Round

LONGEST = 2000
DRAWN = ("submitted", "extra", "skipped", "expired")


def threads(job: Job, user: User) -> "QuerySet[Comment]":
    """The threads of a job this person may read."""
    return _readable(Comment.objects.threads().filter(image__job=job), _roles(job, user), user)


def unanswered(jobs: Iterable[Job], user: User) -> dict[int, int]:
    """How many open threads without an answer this person may read, by jobs that have any."""
    roles: dict[int, set[str]] = {job.pk: set() for job in jobs}
    for job, role in Member.objects.filter(job__in=roles, user=user).values_list("job", "role"):
        roles[job].add(role)
    found: dict[int, int] = {}
    for same in {frozenset(held) for held in roles.values()}:  # asked about together
        alike = [job for job, held in roles.items() if held == same]
        rows = Comment.objects.open().filter(image__job__in=alike, answers=None)
        counts = _readable(rows, same, user).order_by().values_list("image__job")
        found |= dict(counts.annotate(n=Count("pk")))
    return found


def _readable(rows: "QuerySet[Comment]", roles: Set[str], user: User) -> "QuerySet[Comment]":
    mine = Q(author=user)
    rows = rows.filter(mine | Q(assignment=None) | _suggestion_readable(roles, user))
    labelled = Q(Exists(Label.objects.active().filter(image=OuterRef("image"))))
    if not roles & {Member.Role.REVIEWER, Member.Role.MANAGER}:
        given = Assignment.objects.filter(image=OuterRef("image"), annotator=user)
        return rows.filter(mine | labelled & Q(Exists(given)))
    if Member.Role.ANNOTATOR not in roles:
        return rows
    return rows.filter(mine | labelled | ~_drawable(user))


def _suggestion_readable(roles: Set[str], user: User) -> Q:
    """Boxes sway more than words: reviewers alone see them, unless they could draw the image or a
    running audit holds it."""
    if not roles & {Member.Role.REVIEWER, Member.Role.MANAGER}:
        return Q(pk=None)
    audited = Audit.objects.filter(
        image=OuterRef("image"), kind=Audit.Kind.CERTIFICATE, round__state=Round.State.AUDITING
    )
    if Member.Role.ANNOTATOR not in roles:
        return ~Q(Exists(audited))
    return ~Q(Exists(audited)) & ~_drawable(user)


def _drawable(user: User) -> Q:
    """Images that this person has in hand, or could still be given."""
    assignments = Assignment.objects.filter(image=OuterRef("image"), round__closed_at=None)
    done = Q(Exists(assignments.filter(annotator=user, state__in=DRAWN)))
    return Q(Exists(assignments.filter(annotator=user, state="claimed"))) | (
        Q(Exists(assignments.filter(state="open"))) & ~done
    )


def _roles(job: Job, user: User) -> set[str]:
    return set(Member.objects.filter(job=job, user=user).values_list("role", flat=True))


def pin(image: Image, by: User, x: float, y: float, words: str) -> Comment:
    """Begin a thread at a place, in pixels of the full-size picture."""
    if not (0 <= x <= image.width and 0 <= y <= image.height):
        raise Invalid("The place lies outside the picture.", where="x")
    with transaction.atomic():
        row = Comment.objects.create(image=image, author=by, x=x, y=y, text=cleaned(words))
        events.record(image.job, "comment_pinned", by, image=image.pk)
    return row


def answer(thread: Comment, by: User, words: str) -> Comment:
    """Reviewers and managers answer, and whoever began the thread."""
    job = thread.image.job
    if thread.author_id != by.pk and not _roles(job, by) & {
        Member.Role.REVIEWER,
        Member.Role.MANAGER,
    }:
        raise NotAllowed("Reviewers answer notes, and whoever wrote them.")
    with transaction.atomic():
        row = Comment.objects.create(
            image=thread.image, parent=thread, author=by, text=cleaned(words)
        )
        events.record(job, "comment_answered", by, image=thread.image_id)
    return row


def close(thread: Comment, closed: bool) -> None:
    """Close a thread that is dealt with, or open it again."""
    if thread.assignment_id is not None:
        raise Conflict("This suggests a correction: accept it, or decline it with a reason.")
    at = timezone.now() if closed else None
    Comment.objects.filter(pk=thread.pk).update(closed_at=at)


def take_back(row: Comment, by: User) -> None:
    """Delete one's own words while nobody has built on them: no answer, not yet read."""
    answered = Exists(Comment.objects.filter(parent=OuterRef("pk")))
    mine = Comment.objects.filter(pk=row.pk, author=by, closed_at=None, seen_at=None)
    with transaction.atomic():
        gone, _ = mine.exclude(answered).delete()
        if not gone and Comment.objects.filter(pk=row.pk).exists():
            raise Conflict("You can delete only your own notes, until they are read or answered.")
        if gone:
            events.record(row.image.job, "comment_taken_back", by, image=row.image_id)


def unread(user: User) -> "QuerySet[Comment]":
    """Answers of others in this person's threads that they have not seen."""
    return Comment.objects.filter(parent__author=user, seen_at=None).exclude(author=user)


def mark_seen(image: Image, user: User) -> int:
    """The person has looked at their threads of this image; how many answers were new."""
    return unread(user).filter(image=image).update(seen_at=timezone.now())


def cleaned(words: str) -> str:
    """The words of a note, as they are kept."""
    found = text.clean(words.strip(), limit=LONGEST, where="text")
    if not found:
        raise Invalid("A note cannot be empty.", where="text")
    return found
