"""A job from set-up to completion: create, start, pause, resume, cancel, retry, members."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from labeling.core import addresses
from labeling.errors import Conflict, Invalid
from labeling.models import Assignment, Image, Job, Member, Transfer
from labeling.services import (
    classes,
    events,
    following,
    guidance,
    leases,
    modelling,
    rounds,
    steps,
)
from labeling.services.images import shuffle_key

MIN_VALIDATION = 20


def create(name: str, by: User | None, **fields: Any) -> Job:
    """A draft job with a free address made from its name; `by` becomes its manager."""
    with transaction.atomic():
        job = Job(name=name, created_by=by, **fields)
        if not job.slug:
            job.slug = free_slug(name)
        if problem := addresses.problem(job.slug):
            raise Invalid(problem, where="slug")
        job.save()
        if by is not None:
            Member.objects.get_or_create(job=job, user=by, role=Member.Role.MANAGER)
        events.record(job, "job_created", by)
    return job


def copy(job: Job, by: User | None) -> Job:
    """A draft with the same numbers, classes, members and images, and none of the labels."""
    kept = ("id", "slug", "state", "seed", "audit_seed", "created_by", "created_at", "paused_at")
    fields = {f.name: getattr(job, f.name) for f in Job._meta.fields if f.name not in kept}
    with transaction.atomic():
        made = create(f"{fields.pop('name')[:110]} (copy)", by, **fields)
        indexes = {}  # of a class there → here; those of retired classes are left out
        for old in job.classes.filter(retired=False):
            shown = {n: getattr(old, n) for n in ("color", "hotkey", "note", "position")}
            indexes[old.index] = classes.add(made, old.name, **shown).index
        for member in job.members.all():
            Member.objects.get_or_create(job=made, user=member.user, role=member.role)
        guidance.copy_pictures(job, made)
        last = 0
        while page := list(job.images.filter(pk__gt=last).order_by("pk")[:500]):
            last = page[-1].pk
            # The files are immutable and named by content, so both jobs may point at them.
            Image.objects.bulk_create([_copied(image, made, indexes) for image in page])
        events.record(made, "job_copied", by, source=job.slug)
    return made


def _copied(image: Image, job: Job, indexes: dict[int, int]) -> Image:
    same = ("original", "file", "preview", "name", "width", "height", "digest", "look")
    imported = image.imported and [
        {**box, "class_id": indexes[box["class_id"]]}
        for box in image.imported
        if box["class_id"] in indexes
    ]
    return Image(
        job=job,
        shuffle=shuffle_key(job, image.digest),
        imported=imported,
        **{name: getattr(image, name) for name in same},
    )


def free_slug(name: str) -> str:
    """An address made from the name that no job has."""
    stem = slugify(name)[:50] or "job"
    taken = set(Job.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    choices = (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3)))
    return next(s for s in choices if s not in taken and not addresses.problem(s))


@dataclass(frozen=True)
class Need:
    """Something that a job needs before it may start."""

    code: str  # classes, images, annotators, reviewer, sizes
    met: str  # what is there, in words; empty if it is missing
    missing: str = ""  # what to do


def checklist(job: Job) -> list[Need]:
    """What a draft needs before it may start, first things first, met or not."""
    annotators = job.members.filter(role=Member.Role.ANNOTATOR, user__is_active=True).count()
    kinds = job.classes.filter(retired=False).count()
    least = following.least_people(job)
    enough = annotators if annotators >= least else 0
    needs = [
        Need("classes", _some(kinds, "class", "classes"), "Name at least one class."),
        _images_needed(job),
        Need("annotators", _some(enough, "annotator", "annotators"), _more(least, annotators)),
    ]
    if job.assist and job.acceptance == Job.Acceptance.CERTIFIED:
        checkers = reviewers(job).values("user").distinct().count()
        missing = "Add a reviewer, who checks the auto-labels before they count."
        needs.append(Need("reviewer", _some(checkers, "reviewer", "reviewers"), missing))
    return needs + [Need("sizes", "", problem) for problem in size_problems(job)]


def _some(number: int, one: str, many: str) -> str:
    """How many there are; empty for none."""
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _more(least: int, there: int) -> str:
    why = f": at least {least} people label each image" if least > 1 else ""
    return f"Add {_some(max(0, least - there), 'annotator', 'annotators')}{why}."


def _images_needed(job: Job) -> Need:
    imports = job.transfers.unfinished(timezone.now()).filter(kind=Transfer.Kind.IMPORT)
    if imports.exists():
        return Need("images", "", "An import is still running, or will be tried again.")
    return Need("images", _some(job.images.present().count(), "image", "images"), "Add images.")


def start_problems(job: Job) -> list[str]:
    """What is missing before the job may start, first things first; empty when ready."""
    if job.state != Job.State.DRAFT:
        return ["It has started already."]
    return [need.missing for need in checklist(job) if not need.met]


def size_problems(job: Job) -> list[str]:
    """Numbers of the form that do not go together."""
    if not job.assist:
        return []
    problems = []
    if job.validation_size == 0 and job.training_size < MIN_VALIDATION:
        problems.append(
            f"Without validation images the first training needs at least {MIN_VALIDATION} images: "
            "they judge the detector, each by one that has not seen it."
        )
    if job.validation_size and job.pilot_size + job.validation_size < MIN_VALIDATION:
        problems.append(
            f"Pilot and validation together need at least {MIN_VALIDATION} images: they judge the "
            "detector."
        )
    if job.training_size < 1:
        problems.append("The first training needs at least one image.")
    return problems


def size_warning(job: Job) -> str:
    """Said where the sizes leave little for the machine, with smaller ones; empty if fine."""
    images = job.images.present().count() if job.pk else 0
    used = job.pilot_size + job.validation_size
    if job.pk and not modelling.looks_first(job):
        used += job.training_size
    if not (job.assist and images) or used <= images / 2:
        return ""
    if job.validation_size:
        validation, training = max(10, images // 10), max(10, images // 8)
    else:
        validation, training = 0, max(MIN_VALIDATION, images // 5)
    return (
        f"Pilot, validation and first training take {used} of {images} images, so little is left "
        f"to label automatically. Smaller: {job.pilot_size} / {validation} / {training}."
    )


def reviewers(job: Job) -> Any:
    """People who may audit: reviewers and managers."""
    return job.members.filter(
        role__in=(Member.Role.REVIEWER, Member.Role.MANAGER), user__is_active=True
    )


def start(job: Job, by: User | None) -> None:
    """Open the first round; raises Invalid with everything that is missing."""
    problems = start_problems(job)
    if problems:
        raise Invalid(" ".join(problems))
    with transaction.atomic():
        _move(job, Job.State.DRAFT, Job.State.RUNNING)
        events.record(job, "job_started", by)
    rounds.open_next(job)


def pause(job: Job, by: User | None) -> None:
    """No claims, no new steps, no change of state; what people hold they may finish."""
    with transaction.atomic():
        _move(job, Job.State.RUNNING, Job.State.PAUSED, paused_at=timezone.now())
        events.record(job, "job_paused", by)


def resume(job: Job, by: User | None) -> None:
    """Go on; leases that stood still get their time back."""
    with transaction.atomic():
        paused_at = Job.objects.values_list("paused_at", flat=True).get(pk=job.pk)
        _move(job, Job.State.PAUSED, Job.State.RUNNING, paused_at=None)
        if paused_at is not None:
            leases.go_on(job, paused_at)
        events.record(job, "job_resumed", by)
    resume_rounds(job)


def cancel(job: Job, by: User | None) -> None:
    """End the job for good; labels and exports are kept."""
    with transaction.atomic():
        if (
            not Job.objects.filter(pk=job.pk)
            .exclude(state__in=(Job.State.CANCELLED, Job.State.COMPLETE))
            .update(state=Job.State.CANCELLED)
        ):
            raise Conflict("The job has ended already.")
        Assignment.objects.filter(round__job=job, state=Assignment.State.OPEN).update(
            state=Assignment.State.WITHDRAWN, reason="job cancelled"
        )
        events.record(job, "job_cancelled", by)
    job.refresh_from_db()


def retry(job: Job, by: User | None) -> int:
    """Start the failed steps of the open round again; how many."""
    round = job.rounds.filter(closed_at=None).first()
    count = steps.retry(round) if round else 0
    if not count:
        raise Conflict("No step of this job has failed.")
    events.record(job, "steps_retried", by, count=count)
    return count


def reopen(job: Job) -> None:
    """A complete job with an unlabelled image goes on (docs/architecture.md 4.4)."""
    if job.images.unlabeled().exists():
        with transaction.atomic():
            if Job.objects.filter(pk=job.pk, state=Job.State.COMPLETE).update(
                state=Job.State.RUNNING
            ):
                events.record(job, "job_reopened")
        rounds.open_next(job)


def resume_rounds(job: Job | None = None) -> None:
    """Open or move on whatever a pause or a crash left standing."""
    running = Job.objects.filter(state=Job.State.RUNNING)
    for row in running if job is None else running.filter(pk=job.pk):
        round = row.rounds.filter(closed_at=None).first()
        if round is None:
            rounds.open_next(row)
        elif job is not None:
            rounds.advance_if_done(round)


def _move(job: Job, before: str, after: str, **fields: Any) -> None:
    if not Job.objects.filter(pk=job.pk, state=before).update(state=after, **fields):
        job.refresh_from_db()
        raise Conflict(f"The job is {job.state}, not {before}.")
    job.refresh_from_db()
