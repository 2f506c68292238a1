"""The report of a job: what a buyer of its labels reads, and what an admin does next."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import numpy as np
from django.contrib.auth.models import User
from django.db.models import Count, Sum

from labeling.assignments import blind_controls
from labeling.certification import locked_plans
from labeling.certification.core import plan_content
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box
from labeling.kernel.certificate_shapes import CheckedTwice
from labeling.models import Assignment, AuditPlan, Certificate, Image, Job, Label, Round
from labeling.models.functions import BoxCount
from labeling.models.member import display_name
from labeling.reports import certificate_report, figures
from labeling.reports.advice import what_helps
from labeling.review import second_checks

MOST_CONFIDENT = 5


class About(TypedDict):
    """What there is, how many images people have seen, and when it was made."""

    images: int
    seen: int
    boxes: int
    classes: list[str]
    rounds: int
    people: int
    began: str | None
    ended: str | None


class ProofSet(TypedDict):
    """A set put to the proof; `progress`: of its test, 1 where it is shown."""

    images: int
    threshold: float
    shown: bool
    name: str
    progress: float


class EarlierProof(certificate_report.Proof):
    """A proof before the latest one."""

    attempt: int
    round: int
    level: float


class JobReport(TypedDict):
    """What the report page says in words and figures."""

    about: About
    facts: list[tuple[str, str]]
    sets: list[ProofSet]
    rest: str
    blind: str
    assumed: str
    help: list[str]
    attempts: str
    earlier: list[EarlierProof]
    hours: float


@dataclass(frozen=True)
class Confident:
    """An image that its labellers were sure of."""

    image: Image
    boxes: list[Box]
    confidence: float


def of_job(job: Job) -> JobReport:
    """Everything on the report page that the live page does not have, but pictures."""
    locked = AuditPlan.objects.filter(round__job=job).order_by("-attempt").first()
    row = Certificate.objects.filter(round=locked.round).first() if locked else None
    return {
        "about": _about(job),
        "facts": _facts(locked, row) if locked and row else [],
        "sets": _sets(row) if row else [],
        "rest": _rest(job, row) if row and row.outcome == "certified" else "",
        "blind": _blind(row) if row else "",
        "assumed": plan_content.assumed(row.document["locked"]["content"]) if row else "",
        "help": what_helps(locked, row) if locked and row else [],
        "attempts": _attempts(locked) if locked else "",
        "earlier": _earlier(locked) if locked else [],
        "hours": round(figures.active_ms(job) / 3_600_000, 2),
    }


def _about(job: Job) -> About:
    labels = Label.objects.active().filter(image__job=job, image__excluded="")
    answered = Assignment.objects.submitted().filter(round__job=job)
    first = job.rounds.order_by("number").first()
    last = labels.order_by("-created_at").first()
    return {
        "images": job.images.filter(excluded="").count(),
        "seen": figures.seen_by_people(job),
        "boxes": int(labels.aggregate(n=Sum(BoxCount("boxes")))["n"] or 0),
        "classes": list(job.classes.filter(retired=False).values_list("name", flat=True)),
        "rounds": job.rounds.count(),
        "people": answered.aggregate(n=Count("annotator", distinct=True))["n"],
        "began": first.opened_at.isoformat() if first else None,
        "ended": last.created_at.isoformat() if last else None,
    }


def _facts(locked: AuditPlan, row: Certificate) -> list[tuple[str, str]]:
    """Name and value of what the certificate rests on."""
    result, content = row.document["result"], locked_plans.locked_plan(locked).content
    about = content["about"]
    # not of the rows: some checks may have come when the proof was complete
    verdicts = Counter(draw["verdict"] for draw in row.document["draws"])
    spoken = [str(verdicts[v]) for v in ("approved", "corrected", "unjudgeable")]
    observed = result["observed_mean"]
    noise = blind_controls.annotator_noise(locked.round.job)
    return [
        ("Audited at random", f"{result['audited']} images, {content['budget']} planned"),
        ("Reviewers", "annotated blind" if content["drawn_blind"] else "saw the boxes"),
        *_stopped(locked.round),
        ("Checks made twice", _checked_twice(result["checked_twice"])),
        (
            "Observed quality",
            "none" if observed is None else f"{observed:.2f}",
        ),
        ("Approved, corrected, not judged", ", ".join(spoken)),
        (
            "One annotator, blind",
            f"marks {noise.sensitivity:.0%}, off by {noise.shift:.0%}" if noise else "not measured",
        ),
        ("Level of this attempt", f"{content['level']:.3f} (attempt {locked.attempt})"),
        ("Audit plan", locked.content_digest[:12]),
        ("Order of the checks", f"drawn with a number of {_giver(locked)}"),
        ("Detector", f"round {locked.round.number}, {str(about.get('detector', ''))[:12]}"),
        ("Certificate file", row.digest[:12]),
    ]


def _giver(locked: AuditPlan) -> str:
    return display_name(locked.reviewer) if locked.reviewer else "nobody"


def _stopped(round: Round) -> list[tuple[str, str]]:
    """Who drew too little to get more checks of this proof, where there is such a reviewer."""
    names = [display_name(who) for who in User.objects.filter(pk__in=second_checks.stopped(round))]
    return [("Reviewers stopped, too little drawn", ", ".join(names))] if names else []


def _checked_twice(found: CheckedTwice | None) -> str:
    if found is None:
        return "too few to measure reviewers"
    return (
        f"{found['images']}: they agree on {found['agreement']:.0%} of the boxes, one reviewer "
        f"marks {found['sensitivity']:.0%}; at least about {found['unseen']:.0%} of the objects "
        "seen by neither reviewer nor auto-label"
    )


def _sets(row: Certificate) -> list[ProofSet]:
    """The nested sets, strictest first, with where the proof of each ended."""
    result = row.document["result"]
    content, shown = row.document["locked"]["content"], plan_content.shown_in(result)
    goal = (len(content["sets"]) if plan_content.by_class(content) else 1) / content["level"]
    wealth = result["wealth"][-1] if result["wealth"] else []
    return [
        {
            "images": part["size"],
            "threshold": part["threshold"],
            "shown": rank in shown,
            "name": part.get("class", ""),
            "progress": min(1.0, float(np.log(max(w, 1.0)) / np.log(goal))),
        }
        for rank, (part, w) in enumerate(zip(content["sets"], wealth, strict=False))
    ]


def _rest(job: Job, row: Certificate) -> str:
    """What follows for the images that nobody checked, and for those that were not excluded."""
    bound = row.document["result"]["rest_bound"]
    if bound is None:
        return ""
    told = (
        f"The images of the set that nobody checked have, taken alone, a mean quality of at least "
        f"{bound:.2f} at the same risk. The claim above is about all images of the set, checked "
        "ones included."
    )
    content = row.document["locked"]["content"]
    if content["guarantee"] != guarantee.DATASET:
        return told
    gone = _excluded_since(job, AuditPlan.objects.get(round=row.round_id).locked_at)
    if not gone:
        return told
    left = max(0, content["images"] - gone)
    least = guarantee.of_the_rest(content["target"], content["images"], left)
    return (
        f"{told} {gone} images were excluded since the audit began; of the other {left} the "
        f"certificate says a mean quality of at least {least:.2f}."
    )


def _excluded_since(job: Job, when: datetime) -> int:
    """Images excluded since then, at most: one that was put back, or came later, counts as well."""
    since = job.events.filter(at__gt=when)
    some = since.filter(kind="images_excluded").values_list("data", flat=True)
    return since.filter(kind="image_excluded").count() + sum(int(str(one["count"])) for one in some)


def _blind(row: Certificate) -> str:
    """What the blind checks say, and of which set."""
    result, content = row.document["result"], row.document["locked"]["content"]
    bias, judged = result["anchoring"], result["judged_blind"]
    if content["drawn_blind"]:
        return "Every check was drawn blind before the boxes were revealed."
    if bias is None:
        return "Fewer than two images were also drawn blind: what seeing boxes does is unknown."
    told = (
        f"{bias['images']} of the images were also drawn blind: quality "
        f"{bias['blind_mean']:.2f}, against {bias['shown_mean']:.2f} when the boxes were seen."
    )
    # of all sets or of none
    measured = [one for one in judged if one is not None]
    if not measured:
        return told
    # nested sets: the largest that is certified, or that the test showed before it was refused;
    # single classes: the one that fares worst
    apart = plan_content.by_class(content)
    place = (result["sets_certified"] or len(measured)) - 1
    mean, low, high = min(measured) if apart else measured[place]
    what = "The class that fares worst" if apart else f"The set of {content['sets'][place]['size']}"
    low, high = max(low, 0.0), min(high, 1.0)
    return f"{told} {what}, judged like this: {mean:.2f} ({low:.2f} to {high:.2f})."


def _attempts(locked: AuditPlan) -> str:
    if locked.attempt == 1:
        return ""
    return (
        f"This is attempt {locked.attempt} of the job; each attempt may use a fifth of the risk of "
        "the one before, so that all together keep the guarantee."
    )


def _earlier(locked: AuditPlan) -> list[EarlierProof]:
    """The proofs before this one, the latest first: what each showed, at which level."""
    before = AuditPlan.objects.filter(round__job=locked.round.job, attempt__lt=locked.attempt)
    return [
        {
            **certificate_report.of_plan(other),
            "attempt": other.attempt,
            "round": other.round.number,
            "level": locked_plans.locked_plan(other).content["level"],
        }
        for other in before.select_related("round").order_by("-attempt")
    ]


def most_confident(job: Job, *sources: Label.Source) -> list[Confident]:
    """The images with labels of these sources and the highest confidence."""
    rows = (
        Label.objects.active()
        .filter(image__job=job, image__excluded="", source__in=sources)
        .exclude(confidence=None)
        .exclude(boxes=[])
        .select_related("image")
        .order_by("-confidence", "image")[:MOST_CONFIDENT]
    )
    return [Confident(r.image, r.boxes, r.confidence or 0.0) for r in rows]
