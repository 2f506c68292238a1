"""Invitation links: new people make their own accounts by one, and join its job as annotators.

A link gives the role of an annotator in one job and nothing else, and never touches an account that
is there: whoever has one signs in first. An account made by it belongs to its owner alone: unlike
with `accounts.invite`, no manager may hand out links to it or change it.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from labeling.jobs import members
from labeling.jobs.accounts import managed_jobs
from labeling.kernel import events
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Job, JoinLink, Member
from labeling.models.member import display_name, new_key

VALID = timedelta(days=7)
ENDED = "This invitation link has ended. Ask who sent it for a new one."
TAKEN = "This name is taken. If the account is yours, sign in; the link then adds you to the job."


def make(job: Job, by: User) -> JoinLink:
    """A fresh link; the one before ends."""
    new = {"key": new_key(), "by": by, "expires_at": timezone.now() + VALID, "joined": 0}
    with transaction.atomic():
        link, _ = JoinLink.objects.update_or_create(job=job, defaults=new)
        events.record(job, "join_link_made", by)
    return link


def revoke(job: Job, by: User) -> None:
    """End the job's link; who has joined stays."""
    with transaction.atomic():
        if JoinLink.objects.filter(job=job).delete()[0]:
            events.record(job, "join_link_revoked", by)


def path_of(link: JoinLink) -> str:
    """The address that people open."""
    return reverse("join", args=[link.key])


def current(job: Job) -> JoinLink | None:
    """The job's link while people can join by it."""
    links = JoinLink.objects.select_related("job", "by").filter(job=job)
    return _usable(links.first())


def found(key: str) -> JoinLink | None:
    """The link with this key while people can join by it."""
    return _usable(JoinLink.objects.select_related("job", "by").filter(key=key).first())


def _usable(link: JoinLink | None) -> JoinLink | None:
    """It ends with time, with its number of people, with the job, and with its maker's rights."""
    if link is None or link.expires_at <= timezone.now() or link.joined >= JoinLink.MOST:
        return None
    if link.job.state == Job.State.CANCELLED or not link.by.is_active:
        return None
    return link if managed_jobs(link.by).filter(pk=link.job_id).exists() else None


def join(link: JoinLink, user: User) -> None:
    """Let this person annotate in the link's job; raises Conflict if the link has just ended."""
    job, role = link.job, Member.Role.ANNOTATOR
    with transaction.atomic():
        rows = JoinLink.objects.filter(pk=link.pk, key=link.key, expires_at__gt=timezone.now())
        if not rows.filter(joined__lt=JoinLink.MOST).update(joined=F("joined") + 1):
            raise Conflict(ENDED)
        if job.members.filter(user=user, role=role).exists():
            rows.update(joined=F("joined") - 1)
            return
        members.add(job, user, role)
        events.record(job, "member_joined", user, name=user.get_username())


def register(link: JoinLink, username: str, password: str) -> User:
    """A new account that joins the link's job; raises Invalid where the name is taken."""
    users = User.objects
    if users.filter(username__iexact=username).exists():
        raise Invalid(TAKEN, where="username")
    try:
        with transaction.atomic():
            user = users.create_user(username=username, password=password)
            join(link, user)
    except IntegrityError as error:  # somebody else took the name at the same moment
        raise Invalid(TAKEN, where="username") from error
    return user


def mail(link: JoinLink, by: User, address: str, url: str) -> None:
    """Send the link to this address; raises Invalid in the mail server's words if it refuses."""
    job = link.job
    text = (
        f"{display_name(by)} invites you to label images in the job "
        f"“{job.name}”.\n\nOpen this link to make your account and begin:\n{url}\n\n"
        f"It works until {link.expires_at:%d %B %Y, %H:%M} UTC.\n"
    )
    subject = " ".join(f"Label images in “{job.name}”".split())
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
    except OSError as error:  # smtplib's errors are of this kind, too
        raise Invalid(f"The mail server did not take the message: {error}") from error
    events.record(job, "invitation_mailed", by)
