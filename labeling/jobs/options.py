"""The options of a job that its managers set, checked together for who sends them by program."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from labeling.jobs import model_plugin, presets, setup
from labeling.jobs.accounts import managed_jobs
from labeling.kernel.errors import Conflict, Invalid, invalid_of
from labeling.models import Job

OPTIONS = tuple(f.name for f in Job._meta.fields if f.editable and f.name != "id")
FIXED_ONCE_STARTED = ("slug", "preset", "assist", "acceptance")


def create(name: str, by: User, given: Mapping[str, Any]) -> Job:
    """A draft with these options, and those of its preset where none is given."""
    filled = presets.fitted(given.get("preset", Job.Preset.BOXWISE), 0)
    fields = {**filled, **given}
    fields.setdefault("slug", setup.free_slug(name))
    _check(Job(name=name, created_by=by, **fields), by, given)
    return setup.create(name, by, **fields)


def change(job: Job, by: User, given: Mapping[str, Any]) -> Job:
    """Store these options; rounds that are open keep their own."""
    changed = {name: value for name, value in given.items() if getattr(job, name) != value}
    if job.state != Job.State.DRAFT and (fixed := changed.keys() & set(FIXED_ONCE_STARTED)):
        name = min(fixed)
        raise Conflict(f"The job has started: {name} stays as it is.", where=name)
    for name, value in changed.items():
        setattr(job, name, value)
    _check(job, by, changed)
    if changed:
        setup.edit(job, list(changed), by)
    return job


def _check(job: Job, by: User, given: Mapping[str, Any]) -> None:
    """Raises Invalid with the first thing that is wrong, alone or together."""
    if "detector" in given and job.detector not in dict(model_plugin.DETECTORS):
        known = ", ".join(name for name, _ in model_plugin.DETECTORS)
        raise Invalid(f"Choose a detector: {known}.", where="detector")
    if (earlier := given.get("start_from")) is not None:
        if earlier.state == Job.State.DRAFT or earlier not in managed_jobs(by):
            raise Invalid("Choose a job that you manage and that has started.", where="start_from")
        if problems := model_plugin.start_problems(job, earlier):
            raise Invalid(" ".join(problems), where="start_from")
    if problems := setup.size_problems(job):
        raise Invalid(" ".join(problems), where="validation_size")
    try:
        job.full_clean(exclude=["created_by"])
    except ValidationError as error:
        raise invalid_of(error) from error
