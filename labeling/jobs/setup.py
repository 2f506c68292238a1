"""A job from set-up to completion: create, start, pause, resume, cancel, retry, members."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from labeling.assignments import overlap
from labeling.jobs import classes, guidelines, members, model_plugin
from labeling.jobs.images import shuffle_key
from labeling.kernel import addresses, events
from labeling.kernel.errors import Invalid
from labeling.models import Image, Job, Member, Transfer

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
            members.add(job, by, Member.Role.MANAGER)
        events.record(job, "job_created", by)
    return job


def edit(job: Job, fields: Sequence[str], by: User | None) -> None:
    """Store these fields as the form has changed them; rounds that are open keep their own."""
    with transaction.atomic():
        job.save(update_fields=[name for name in fields if name != "id"])
        events.record(job, "job_edited", by, fields=list(fields))


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
            members.add(made, member.user, member.role)
        guidelines.copy_pictures(job, made)
        last = 0
        while page := list(job.images.filter(pk__gt=last).order_by("pk")[:500]):
            last = page[-1].pk
            # The files are immutable and named by content, so both jobs may point at them.
            Image.objects.bulk_create([_copied(image, made, indexes) for image in page])
        events.record(made, "job_copied", by, source=job.slug)
    return made


def _copied(image: Image, job: Job, indexes: dict[int, int]) -> Image:
    same = ("original", "file", "preview", "name", "width", "height", "digest", "perceptual_hash")
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
    least = overlap.least_people(job)
    enough = annotators if annotators >= least else 0
    needs = [
        Need("classes", _some(kinds, "class", "classes"), "Add at least one class."),
        _images_needed(job),
        Need("annotators", _some(enough, "annotator", "annotators"), _more(least, annotators)),
    ]
    if job.assist and job.acceptance == Job.Acceptance.CERTIFIED:
        checkers = job.members.reviewers().values("user").distinct().count()
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
    imports = job.transfers.under_way(timezone.now()).filter(kind=Transfer.Kind.IMPORT)
    if imports.exists():
        return Need("images", "", "An import is still running, or will be tried again.")
    return Need("images", _some(job.images.present().count(), "image", "images"), "Add images.")


def start_problems(job: Job) -> list[str]:
    """What is missing before the job may start, first things first; empty when ready."""
    if job.state != Job.State.DRAFT:
        return ["The job has already started."]
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
    if job.pk and not model_plugin.looks_first(job):
        used += job.training_size
    if not (job.assist and images) or used <= images / 2:
        return ""
    if job.validation_size:
        validation, training = max(10, images // 10), max(10, images // 8)
    else:
        validation, training = 0, max(MIN_VALIDATION, images // 5)
    needed = job.pilot_size + validation + training
    if needed >= images:
        return (
            f"{images} images are too few for auto-labelling: pilot, validation and first training "
            f"need {needed} at least. People label all of them."
        )
    return (
        f"Pilot, validation and first training take {used} of {images} images, so little is left "
        f"to label automatically. Smaller: {job.pilot_size} / {validation} / {training}."
    )
