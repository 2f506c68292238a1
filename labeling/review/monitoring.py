"""Quality monitoring after acceptance, and taking accepted labels back by its test or by hand."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from labeling.certification.core import audit_plan, plan_content
from labeling.certification.core.betting import MONITORING_WEALTH, monitoring_wealth
from labeling.consolidation import labels
from labeling.kernel import events, leases, sampling
from labeling.kernel.changes import changed
from labeling.kernel.errors import Conflict
from labeling.models import Audit, Certificate, Image, Label, Round


def sample_for_monitoring(round: Round) -> int:
    """Choose the accepted images that reviewers will still see; the same ones at every call.

    The share is of what people check in all: a certificate's checks are a random sample of the same
    images, made without seeing the boxes, and count to it.
    """
    share = round.settings.monitoring_share
    seed = f"{round.job.seed}:{round.number}"
    rows = Label.objects.active().auto().filter(round=round).select_related("image")
    chosen = [label for label in rows if sampling.sampled(label.image.digest, seed, share)]
    order = audit_plan.audit_order([label.image.digest for label in chosen], seed)
    order = order[_checked_for_proof(round) :]
    Audit.objects.bulk_create(
        [
            Audit(
                round=round,
                image=chosen[i].image,
                kind=Audit.Kind.MONITORING,
                position=position,
                predicted=chosen[i].boxes,
                confidence=chosen[i].confidence,
                label=chosen[i],
            )
            for position, i in enumerate(order)
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return len(order)


def _checked_for_proof(round: Round) -> int:
    """Images of the certified sets that were checked for the certificate."""
    row = Certificate.objects.filter(round=round, outcome="certified").first()
    if row is None:
        return 0
    shown = plan_content.shown_in(row.document["result"])
    rows = Audit.objects.decided().filter(round=round, kind=Audit.Kind.CERTIFICATE, rank__in=shown)
    return rows.exclude(value=None).values("image").distinct().count()


def monitored_values(round: Round) -> list[float]:
    """Qualities of the monitoring sample audits in their locked order, up to the first undecided
    one.

    A rejected label counts 0. One that was replaced before its check came (by a manager, or from
    the grid) is passed over: the test is about the labels that still stand.
    """
    values: list[float] = []
    rows = round.audits.filter(kind=Audit.Kind.MONITORING)  # type: ignore[attr-defined]
    for audit in rows.select_related("label").order_by("position"):
        if not audit.verdict:
            if audit.label is None or audit.label.revoked_at is not None:
                continue
            break
        values.append(audit.value or 0.0)
    return values


def target_of(round: Round) -> float:
    """The mean that what the round accepted must have: the certified set's, else the job's."""
    row = Certificate.objects.filter(round=round, outcome="certified").first()
    if row is None:
        return float(round.settings.target_quality)
    content, shown = (
        row.document["locked"]["content"],
        plan_content.shown_in(row.document["result"]),
    )
    return float(content["sets"][shown[-1]].get("target", content["target"]))


def check(round: Round) -> bool:
    """Revoke the round if draws made after acceptance show that its quality is below target; end
    its monitoring if they show that it is above, for then the rest can hardly change anything."""
    values = monitored_values(round)
    accepted = Label.objects.auto().filter(round=round).count()
    if not values or not accepted:
        return False
    target = target_of(round)
    losses = [1 - value for value in values]
    if monitoring_wealth(losses, accepted, 1 - target)[-1] >= MONITORING_WEALTH:
        revoke(round, None)
        return True
    if monitoring_wealth(values, accepted, target)[-1] >= MONITORING_WEALTH:
        _end(round)
    return False


def _end(round: Round) -> None:
    """Drop the checks that nobody has in hand."""
    waiting = Audit.objects.undecided().filter(round=round, kind=Audit.Kind.MONITORING)
    free = Q(reviewer=None) | leases.ran_out(timezone.now())
    with transaction.atomic():
        count, _ = waiting.filter(free).delete()
        if count:
            events.record(round.job, "monitoring_ended", None, round=round.number, count=count)


def revoke(round: Round, by: User | None) -> int:
    """Revoke every unchecked auto-label of the round; no later round accepts them by machine."""
    with transaction.atomic():
        rows = Label.objects.active().auto().filter(round=round)
        ids = list(rows.values_list("image", flat=True))
        checked = Audit.objects.filter(round=round, verdict=Audit.Verdict.APPROVED).values("image")
        count = labels.revoke(rows.exclude(image__in=checked), Label.Ended.REVOKED)
        if by is not None and not count:
            raise Conflict("This round has no unchecked auto-labels.")
        if count:
            events.record(round.job, "round_revoked", by, round=round.number, count=count)
    if count:
        _lift(ids)
        changed(round.job)
    return count


def _lift(ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        Image.objects.unlabeled().filter(pk__in=ids[start : start + 500]).update(priority=None)


def not_for_machine(round: Round) -> set[int]:
    """Images that the machine may not accept: their auto-label was taken back, or a person's, which
    its detectors have learned; or a checker could not judge them."""
    rows = Label.objects.filter(
        image__job=round.job, source=Label.Source.AUTO, revoked_at__isnull=False
    )
    taught = round.job.images.unlabeled().filter(split=Image.Split.TRAINING)
    unclear = Audit.objects.filter(round__job=round.job, verdict=Audit.Verdict.UNJUDGEABLE)
    return {
        *rows.values_list("image", flat=True),
        *taught.values_list("pk", flat=True),
        *unclear.values_list("image", flat=True),
    }
