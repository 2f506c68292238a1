"""The one handler of changes: advances rounds, reopens jobs, judges the monitoring sample."""

from labeling.kernel import changes
from labeling.models import Job, Round
from labeling.review import monitoring, second_checks
from labeling.rounds import lifecycle, selection, stages


@changes.handler
def follow_up(change: changes.Change) -> None:
    """Do what the change made possible; repeating it changes nothing."""
    if change.monitored is not None:
        monitoring.check(Round.objects.select_related("job").get(pk=change.monitored))
    job = Job.objects.get(pk=change.job)
    if job.state == Job.State.COMPLETE:
        lifecycle.reopen(job)
        return
    round = job.rounds.filter(closed_at=None).first()
    if round is None:
        stages.open_next(job)
        return
    if change.people:
        selection.withdraw_impossible(round)
    second_checks.drop_impossible(round)
    stages.advance_if_done(round)
