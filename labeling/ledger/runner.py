"""What workers call: do one step, and say what came of it."""

import logging

from django.db.models import F

from labeling.kernel import events, faults
from labeling.kernel.changes import changed
from labeling.kernel.errors import DiskFull, LeaseLost
from labeling.ledger import queue, steps
from labeling.models import Step

log = logging.getLogger(__name__)


@queue.worker("step")
def run_step(step_id: int) -> None:
    """Do one step if it is free, then move its round on."""
    lease = steps.claim(step_id)
    if lease is None:
        log.info("step=%s not ours", step_id)
        return
    step = lease.step
    log.info("round=%s step=%s attempt=%s", step.round.number, step.state, step.attempts)
    try:
        faults.point(f"{step.state}.claimed")
        steps.REGISTRY[step.state].handler(step, lease)
        if Step.objects.filter(pk=step.pk, finished_at=None).exists():
            with lease.fenced(last=True):
                pass
    except DiskFull as error:
        _wait_for_space(lease, error)
        return
    except LeaseLost:
        log.warning("step=%s lost its lease", step_id)
        lease.release()  # still ours where the job was paused: it goes on from its checkpoint
        return
    except Exception as error:
        _fail(lease, error)
        return
    except BaseException:  # the worker is told to stop
        lease.release()
        raise
    changed(step.round.job)


def _wait_for_space(lease: steps.Lease, error: DiskFull) -> None:
    """Not a failure of the step: reconciliation starts it again until there is room."""
    step = lease.step
    log.error("round=%s step=%s waits: %s", step.round.number, step.state, error)
    Step.objects.filter(pk=step.pk, lease_owner=lease.owner).update(
        error=error.message, attempts=F("attempts") - 1, lease_owner="", lease_expires_at=None
    )


def _fail(lease: steps.Lease, error: Exception) -> None:
    step = lease.step
    log.exception("round=%s step=%s failed", step.round.number, step.state)
    message = str(error) or type(error).__name__
    kept = Step.objects.filter(pk=step.pk, lease_owner=lease.owner).update(
        error=message[:2000], lease_owner="", lease_expires_at=None
    )
    if kept:
        events.record(
            step.round.job,
            "step_failed",
            None,
            round=step.round.number,
            state=step.state,
            error=message[:300],
            attempt=step.attempts,
        )
