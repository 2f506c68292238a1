"""When a certified job has learned enough and closes (docs/algorithms.md 5.3)."""

from decimal import Decimal

from labeling.kernel.json_shapes import Estimate
from labeling.models import Assignment, Audit, Certificate, Job, Label, Round
from labeling.rounds.core.growth import batch_pays

MOST_ATTEMPTS = 3  # proofs of a job, the certified ones counted


def should_close(job: Job, left: int) -> bool:
    """Whether the next round is the closing one: another batch would cost more than it brings."""
    if left <= job.batch_size:
        return True
    if job.budget is not None and spent(job) >= job.budget:
        return True
    estimates = judged(job)
    if not estimates:
        return False
    shares = _shares(estimates)
    labels = estimates[-1].get("elsewhere", 0) + job.images.training().count()
    # some labels may have been taken back
    return not batch_pays(shares, max(shares[-1][0], labels), left, job.batch_size)


def tries_again(round: Round, left: int) -> bool:
    """Whether a closing round leaves the `left` images that it could not prove to another one.

    What was checked teaches the next detector, so another try costs people little; the third is
    tested at an eighth of the risk, and then people get what is left.
    """
    paper = Certificate.objects.filter(round=round).first()
    enough = left > round.settings.batch_size
    return enough and paper is not None and paper.attempt < MOST_ATTEMPTS


def enough_in(round: Round) -> bool:
    """Whether this round needs no more images than people have begun: the next one closes."""
    if (
        round.settings.acceptance != Job.Acceptance.CERTIFIED
        or round.purpose != Round.Purpose.ACTIVE
        or round.estimate is None
    ):
        return False
    job, shares = round.job, _shares(judged(round.job))
    left, batch = job.images.unlabeled().count(), round.settings.batch_size
    return bool(shares) and not batch_pays(shares, shares[-1][0], left, batch)


def _shares(estimates: list[Estimate]) -> list[tuple[int, float]]:
    """Labels that taught the detector, here and elsewhere, and acceptable share of each round."""
    return [(e["labels"] + e.get("elsewhere", 0), e["share"]) for e in estimates]


def judged(job: Job) -> list[Estimate]:
    """The estimates of the active rounds judged so far."""
    rounds = job.rounds.filter(purpose=Round.Purpose.ACTIVE).exclude(estimate=None)
    estimates = rounds.order_by("number").values_list("estimate", flat=True)
    # rounds of before the program wrote the labels down say nothing of their use
    return [e for e in estimates if e and "labels" in e]


def labelled_here(job: Job) -> int:
    """Images with a label that was not brought in: such a one cost nothing here."""
    labels = Label.objects.active().exclude(source=Label.Source.IMPORTED)
    return labels.filter(image__in=job.images.present()).count()


def spent(job: Job) -> Decimal:
    """Money so far: labels, answers of people, audits included (docs/algorithms.md 5.5)."""
    labelled = labelled_here(job)
    answers = Assignment.objects.filter(
        round__job=job, state__in=(Assignment.State.SUBMITTED, Assignment.State.EXTRA)
    ).count()
    checks = Audit.objects.decided().filter(round__job=job).count()
    return job.price_image * labelled + job.price_answer * (answers + checks)
