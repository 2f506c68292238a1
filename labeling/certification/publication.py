"""Mails the digests of audit plans and certificates to those who review: a record outside the site.

Whoever holds the server could exchange a plan or a certificate, but not the mails that others have.
"""

from django.conf import settings
from django.core.mail import EmailMessage

from labeling.kernel import events, signatures
from labeling.models import AuditPlan, Certificate, Job, Member

KEEP = "Keep this message: it shows later that nothing was exchanged.\n"


def mail_plan(plan: AuditPlan) -> None:
    """Tell what was locked, before the order of the checks is drawn."""
    job = plan.round.job
    _mail(
        job,
        f"Audit plan {plan.attempt} of {job.name}",
        f"The labels of job {job.name} that an audit is to check were locked.\n\n"
        f"Audit plan: {plan.content_digest}\n"
        f"Key of this site: {_public_key()}\n\n{KEEP}"
        "The certificate will name this plan as locked.content_digest.\n",
    )


def mail_certificate(row: Certificate) -> None:
    """Tell which document the audit ended with."""
    job = row.round.job
    _mail(
        job,
        f"Certificate of {job.name}: {row.outcome.replace('_', ' ')}",
        f"The audit of job {job.name} has ended: {row.outcome.replace('_', ' ')}.\n\n"
        f"Certificate: {row.digest}\n"
        f"Audit plan: {row.document['locked']['content_digest']}\n"
        f"Key of this site: {_public_key()}\n\n{KEEP}"
        "manage.py verify_certificate tells the digest of the file that you were given.\n",
    )


def _public_key() -> str:
    return signatures.sign(settings.SIGNING_KEY, "")["public_key"]


def _mail(job: Job, subject: str, text: str) -> None:
    """Send it where a mail server is set; that it could not be sent is recorded, for no proof waits
    for a mail server."""
    roles = (Member.Role.REVIEWER, Member.Role.MANAGER)
    people = job.members.filter(role__in=roles, user__is_active=True).exclude(user__email="")
    addresses = sorted(set(people.values_list("user__email", flat=True)))
    if not settings.EMAIL_HOST or not addresses:
        return
    message = EmailMessage(" ".join(subject.split()), text, bcc=addresses)
    try:
        message.send()
    except OSError as error:  # smtplib's errors are of this kind, too
        events.record(job, "digest_not_mailed", None, error=str(error)[:300])
    else:
        events.record(job, "digest_mailed", None, people=len(addresses))
