"""When a certified job has learned enough and closes (architecture.md 5, decision 10)."""

from typing import Any

from labeling.models import Assignment, Audit, Job, Round

CLOSE_SHARE, CLOSE_GAIN = 0.50, 0.05


def should_close(job: Job, left: int) -> bool:
    """Whether the next round is the closing one: much is acceptable, or little is gained."""
    if left <= job.batch_size:
        return True
    if job.budget is not None and spent(job) >= job.budget:
        return True
    shares = [
        r.estimate["share"]
        for r in job.rounds.filter(purpose=Round.Purpose.ACTIVE).order_by("-number")[:2]
        if r.estimate
    ]
    if not shares:
        return False
    gained = shares[0] - shares[1] if len(shares) == 2 else 1.0
    return shares[0] >= CLOSE_SHARE or gained < CLOSE_GAIN


def enough_in(round: Round) -> bool:
    """Whether this round needs no more images than people have begun: the next one closes."""
    return (
        round.settings["acceptance"] == Job.Acceptance.CERTIFIED
        and round.purpose == Round.Purpose.ACTIVE
        and round.estimate is not None
        and round.estimate["share"] >= CLOSE_SHARE
    )


def spent(job: Job) -> Any:
    """Money so far: labelled images and people's answers, audits included (decision 18)."""
    labelled = job.images.labeled().count()
    answers = Assignment.objects.filter(
        round__job=job, state__in=(Assignment.State.SUBMITTED, Assignment.State.SURPLUS)
    ).count()
    checks = Audit.objects.decided().filter(round__job=job).count()
    return job.price_image * labelled + job.price_answer * (answers + checks)
