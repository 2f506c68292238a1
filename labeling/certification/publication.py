"""Mails the digests of audit plans and certificates to those who review: a record outside the site.

Whoever holds the server could exchange a plan or a certificate, but not the mails that others have.
"""

from django.conf import settings
from django.core.mail import EmailMessage

from labeling.kernel import events, signatures
from labeling.models import AuditPlan, Certificate, Job


def mail_plan(plan: AuditPlan) -> None:
    """Tell what was locked, before the order of the checks is drawn."""
    job = plan.round.job
    _mail(
        job,
        f"Audit plan {plan.attempt} of {job.name}",
        "The labels that an audit is to check were locked. The certificate will name this plan.",
        {"Audit plan": plan.content_digest},
    )


def mail_certificate(row: Certificate) -> None:
    """Tell which document the audit ended with."""
    job, outcome = row.round.job, row.outcome.replace("_", " ")
    _mail(
        job,
        f"Certificate of {job.name}: {outcome}",
        f"The audit has ended: {outcome}. manage.py verify_certificate tells a file's digests.",
        {"Certificate": row.digest, "Audit plan": row.document["locked"]["content_digest"]},
    )


def _mail(job: Job, subject: str, text: str, found: dict[str, str]) -> None:
    """Send these digests where a mail server is set; that it could not be done is recorded, for no
    proof waits for a mail server."""
    people = job.members.reviewers().exclude(user__email="")
    addresses = sorted(set(people.values_list("user__email", flat=True)))
    if not settings.EMAIL_HOST or not addresses:
        return
    site = {"Key of this site": signatures.public_key(settings.SIGNING_KEY)}
    lines = "\n".join(f"{name}: {value}" for name, value in {**found, **site}.items())
    body = f"Job {job.name}. {text}\n\n{lines}\n\nKeep this message: it shows later that nothing "
    message = EmailMessage(" ".join(subject.split()), body + "was exchanged.\n", bcc=addresses)
    try:
        message.send()
    except OSError as error:  # smtplib's errors are of this kind, too
        events.record(job, "digest_not_mailed", None, error=str(error)[:300])
    else:
        events.record(job, "digest_mailed", None, people=len(addresses))
