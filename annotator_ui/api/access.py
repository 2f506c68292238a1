"""Who may do what: every view asks here, and what a person may not see does not exist for them."""

from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import Http404
from rest_framework.authentication import SessionAuthentication

from labeling.errors import NotAllowed
from labeling.models import (
    Assignment,
    Audit,
    Certificate,
    Image,
    InstructionPicture,
    Job,
    Label,
    Member,
    Transfer,
)

T = TypeVar("T", bound=Model)
ANNOTATOR, REVIEWER, MANAGER = Member.Role.ANNOTATOR, Member.Role.REVIEWER, Member.Role.MANAGER
REVIEWING = (REVIEWER, MANAGER)


class Session(SessionAuthentication):
    """Django's session; answers 401 instead of 403 to strangers, so that pages can offer log-in."""

    def authenticate_header(self, request: Any) -> str:
        """What makes REST framework answer 401."""
        return "Session"


def person(request: Any) -> User:
    """Who asks; every view below is closed to strangers."""
    return cast(User, request.user)


def jobs_of(user: User) -> "QuerySet[Job]":
    """The jobs this person belongs to."""
    return Job.objects.filter(members__user=user).distinct()


def roles(job: Job, user: User) -> set[str]:
    """The person's roles in the job."""
    return set(Member.objects.filter(job=job, user=user).values_list("role", flat=True))


def job_for(user: User, slug: str, *needed: str) -> Job:
    """The job, if the person belongs to it (404 otherwise) and has one of the roles (403)."""
    memberships = list(Member.objects.select_related("job").filter(job__slug=slug, user=user))
    if not memberships:
        raise Http404
    _check({m.role for m in memberships}, needed)
    return memberships[0].job


def seat_for(user: User, pk: int) -> Assignment:
    """A seat this person has or had."""
    seat = _found(
        Assignment.objects.select_related("image", "round__job").filter(
            pk=pk, annotator=user, round__job__members__user=user
        )
    )
    seat.image.job = seat.round.job
    return seat


def audit_for(user: User, pk: int) -> Audit:
    """An audit this person has or had."""
    return _found(
        Audit.objects.select_related("image", "round__job", "label").filter(
            pk=pk, reviewer=user, round__job__members__user=user
        )
    )


def picture_for(user: User, pk: int) -> Image:
    """An image whose files this person may see, in one query: pictures are most of the traffic."""
    member = Member.objects.filter(job=OuterRef("job"), user=user)
    given = Assignment.objects.filter(image=OuterRef("pk"), annotator=user)
    overseer = Exists(member.filter(role__in=(MANAGER, REVIEWER)))
    seen = overseer | (Exists(given) & Exists(member))
    return _found(Image.objects.filter(seen, pk=pk).only("original", "file", "preview", "digest"))


def image_for(user: User, pk: int, *needed: str) -> Image:
    """An image this person may see: annotators only those they were given."""
    members = Member.objects.filter(job__images=pk, user=user)
    have = set(members.values_list("role", flat=True))
    if not have:
        raise Http404
    _check(have, needed)
    images = Image.objects.select_related("job").filter(pk=pk)
    if not have & {MANAGER, REVIEWER}:
        images = images.filter(assignments__annotator=user)
    return _found(images)


def label_for(user: User, pk: int, *needed: str) -> Label:
    """A label of a job this person belongs to (404 otherwise) with one of the roles (403)."""
    label = _found(
        Label.objects.select_related("image__job").filter(pk=pk, image__job__members__user=user)
    )
    _check(roles(label.image.job, user), needed)
    return label


def instruction_picture_for(user: User, pk: int) -> InstructionPicture:
    """A picture of the instructions of a job this person belongs to."""
    return _found(InstructionPicture.objects.filter(pk=pk, job__members__user=user))


def transfer_for(user: User, pk: int) -> Transfer:
    """A transfer of a job this person manages."""
    return _found(
        Transfer.objects.select_related("job").filter(
            pk=pk, job__members__user=user, job__members__role=MANAGER
        )
    )


def certificate_for(user: User, pk: int) -> Certificate:
    """A certificate of a job this person belongs to."""
    return _found(
        Certificate.objects.select_related("round__job").filter(
            pk=pk, round__job__members__user=user
        )
    )


def _check(have: set[str], needed: tuple[str, ...]) -> None:
    if needed and not have & set(needed):
        raise NotAllowed(f"This needs the role {' or '.join(needed)} in the job.")


def _found(rows: "QuerySet[T]") -> T:
    row = rows.first()
    if row is None:
        raise Http404
    return row
