"""Who may do what: every view asks here, and what a person may not see does not exist for them.

Superusers, who see every job in the admin, count as managers of each.
"""

from collections.abc import Iterable
from typing import TypeVar, cast

from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from labeling.kernel.errors import NotAllowed
from labeling.models import (
    Assignment,
    Audit,
    Certificate,
    Image,
    InstructionPicture,
    Job,
    Label,
    Member,
    Release,
    Transfer,
    Webhook,
)

T = TypeVar("T", bound=Model)
ANNOTATOR, REVIEWER, MANAGER = Member.Role.ANNOTATOR, Member.Role.REVIEWER, Member.Role.MANAGER
REVIEWING = (REVIEWER, MANAGER)


class Session(SessionAuthentication):
    """Django's session; answers 401 instead of 403 to strangers, so that pages can offer log-in."""

    def authenticate_header(self, request: Request) -> str:
        """What makes REST framework answer 401."""
        return "Session"


def person(request: HttpRequest | Request) -> User:
    """Who asks; every view below is closed to strangers."""
    return cast(User, request.user)


def project_admin(request: Request, right: str = "change_job") -> User:
    """Who asks, if the admin lets them do this by hand; roles in a job are asked for besides."""
    user = person(request)
    if not (user.is_staff and user.has_perm(f"labeling.{right}")):
        raise NotAllowed("Only project admins may do this.")
    return user


def jobs_of(user: User) -> "QuerySet[Job]":
    """The jobs this person belongs to."""
    return Job.objects.filter(members__user=user).distinct()


def roles(job: Job, user: User) -> set[str]:
    """The person's roles in the job."""
    own = set(Member.objects.filter(job=job, user=user).values_list("role", flat=True))
    return own | _everywhere(user)


def roles_in(jobs: Iterable[Job], user: User) -> dict[int, set[str]]:
    """The person's roles in each of the jobs, by its number."""
    found = {job.pk: _everywhere(user) for job in jobs}
    for job, role in Member.objects.filter(job__in=found, user=user).values_list("job", "role"):
        found[job].add(role)
    return found


def _everywhere(user: User) -> set[str]:
    return {str(MANAGER)} if user.is_superuser else set()


def _in_job(user: User, path: str, **also: object) -> Q:
    """Rows whose job, reached by `path`, the person belongs to, with a membership like `also`."""
    wanted = {"user": user, **also}
    if user.is_superuser:
        return Q()
    return Q(**{f"{path}__members__{name}": value for name, value in wanted.items()})


def job_for(user: User, slug: str, *needed: str) -> Job:
    """The job, if the person belongs to it (404 otherwise) and has one of the roles (403)."""
    memberships = list(Member.objects.select_related("job").filter(job__slug=slug, user=user))
    have = {m.role for m in memberships} | _everywhere(user)
    if not have:
        raise Http404
    _check(have, needed)
    return memberships[0].job if memberships else _found(Job.objects.filter(slug=slug))


def assignment_for(user: User, pk: int, *needed: str) -> Assignment:
    """An assignment this person has or had, in a job they are in (404 otherwise) with the role
    (403)."""
    assignment = _found(
        Assignment.objects.select_related("image", "round__job").filter(
            pk=pk, annotator=user, round__job__members__user=user
        )
    )
    _check(roles(assignment.round.job, user), needed)
    assignment.image.job = assignment.round.job
    return assignment


def audit_for(user: User, pk: int) -> Audit:
    """The same for a check, which only reviewers and managers have."""
    audit = _found(
        Audit.objects.select_related("image", "round__job", "label").filter(
            pk=pk, reviewer=user, round__job__members__user=user
        )
    )
    _check(roles(audit.round.job, user), REVIEWING)
    return audit


def picture_for(user: User, pk: int) -> Image:
    """An image whose files this person may see, in one query: pictures are most of the traffic."""
    files = Image.objects.filter(pk=pk).only("original", "file", "preview", "digest")
    if user.is_superuser:
        return _found(files)
    member = Member.objects.filter(job=OuterRef("job"), user=user)
    given = Assignment.objects.filter(image=OuterRef("pk"), annotator=user)
    overseer = Exists(member.filter(role__in=(MANAGER, REVIEWER)))
    seen = overseer | (Exists(given) & Exists(member))
    return _found(files.filter(seen))


def image_for(user: User, pk: int, *needed: str) -> Image:
    """An image this person may see: annotators only those they were given.

    What they may not see does not exist for them, so it is looked for before the role is asked.
    """
    members = Member.objects.filter(job__images=pk, user=user)
    have = set(members.values_list("role", flat=True)) | _everywhere(user)
    if not have:
        raise Http404
    images = Image.objects.select_related("job").filter(pk=pk)
    if not have & {MANAGER, REVIEWER}:
        images = images.filter(assignments__annotator=user)
    image = _found(images)
    _check(have, needed)
    return image


def label_for(user: User, pk: int) -> Label:
    """A label of a job this person reviews or manages; for others it does not exist."""
    mine = _in_job(user, "image__job", role__in=REVIEWING)
    return _found(Label.objects.select_related("image__job").filter(mine, pk=pk))


def instruction_picture_for(user: User, pk: int) -> InstructionPicture:
    """A picture of the instructions of a job this person belongs to."""
    return _found(InstructionPicture.objects.filter(_in_job(user, "job"), pk=pk))


def transfer_for(user: User, pk: int) -> Transfer:
    """A transfer of a job this person manages."""
    rows = Transfer.objects.select_related("job").filter(_in_job(user, "job", role=MANAGER), pk=pk)
    return _found(rows)


def release_for(user: User, pk: int) -> Release:
    """A release of a job this person manages: it holds every label, those that are checked, too."""
    rows = Release.objects.select_related("job", "made_by")
    return _found(rows.filter(_in_job(user, "job", role=MANAGER), pk=pk))


def webhook_for(user: User, pk: int) -> Webhook:
    """A webhook of a job this person manages."""
    rows = Webhook.objects.select_related("job").filter(_in_job(user, "job", role=MANAGER), pk=pk)
    return _found(rows)


def certificate_for(user: User, pk: int, **also: object) -> Certificate:
    """A certificate of a job this person belongs to, with a membership like `also`."""
    rows = Certificate.objects.select_related("round__job")
    return _found(rows.filter(_in_job(user, "round__job", **also), pk=pk))


def _check(have: set[str], needed: tuple[str, ...]) -> None:
    if needed and not have & set(needed):
        raise NotAllowed(f"This needs the role {' or '.join(needed)} in the job.")


def _found(rows: "QuerySet[T]") -> T:
    row = rows.first()
    if row is None:
        raise Http404
    return row
