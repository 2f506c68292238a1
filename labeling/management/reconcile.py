"""Repairs what a crash left: lost messages, missed moves, assignments that nobody can take."""

from datetime import timedelta

from django.utils import timezone

from labeling.jobs import idempotency
from labeling.ledger import runner
from labeling.models import Audit, Event, Job, Round, Transfer
from labeling.review import monitoring, second_checks
from labeling.rounds import lifecycle, selection, stages
from labeling.transfers import exports, releases, sources
from labeling.webhooks import hooks

COMMITTED_AFTER = timedelta(seconds=10)  # by then an event is committed, and so are all before it


def reconcile(since: int = 0) -> int:
    """Repair what a crash left: lost messages, missed moves, assignments nobody can take.

    What follows a commit is repeated where events came after number `since`, by default
    everywhere; returns the number for the next call.
    """
    runner.enqueue_due()
    for round in Round.objects.filter(closed_at=None, job__state=Job.State.RUNNING):
        selection.withdraw_impossible(round)
        second_checks.drop_impossible(round)
        stages.advance_if_done(round)
    lifecycle.resume_rounds()
    sources.clean_up_left(timezone.now())
    exports.clean_up_left(timezone.now())
    releases.clean_up_left()
    idempotency.forget(timezone.now())
    hooks.forget(timezone.now())
    return _follow_up(since)


def _follow_up(since: int) -> int:
    """Judge watched rounds and reopen jobs to which something happened after event `since`."""
    older = Event.objects.filter(at__lt=timezone.now() - COMMITTED_AFTER).order_by("-pk")
    committed = older.values_list("pk", flat=True).first() or since
    fresh = Event.objects.filter(pk__gt=since).order_by("pk")
    watched = fresh.filter(kind="audit_decided", data__kind=Audit.Kind.MONITORING).exclude(
        job__state=Job.State.CANCELLED
    )
    last = {(job, n): pk for pk, job, n in watched.values_list("pk", "job", "data__round")}
    for (job, number), pk in last.items():
        if pk <= committed:  # else judging is costly and probably under way
            monitoring.check(Round.objects.select_related("job").get(job=job, number=number))
    importing = Transfer.objects.filter(kind=Transfer.Kind.IMPORT, finished_at=None, error="")
    ended = Job.objects.filter(state=Job.State.COMPLETE, pk__in=fresh.order_by().values("job"))
    for row in ended.exclude(pk__in=importing.values("job")):
        lifecycle.reopen(row)
    return committed
