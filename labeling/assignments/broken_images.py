"""Reports of images that people cannot see: skipped for this person, flagged for managers."""

import contextlib

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image as Picture

from labeling.assignments import answers
from labeling.consolidation import labels
from labeling.kernel.errors import Conflict
from labeling.kernel.stored_files import media_path
from labeling.models import Assignment, Image, Job

GONE = "The picture's file is missing or damaged"


def report(assignment: Assignment, user: User) -> str:
    """Skip the assignment with that reason and flag the image; what was found, in words.

    Where our own file is missing or damaged nobody could see the image, so it is excluded at
    once. Else someone else gets it: what is broken for one browser may be fine in another, and
    a second report excludes it like any second skip for one reason.
    """
    readable = _readable(assignment.image)
    answers.skip(assignment, user, answers.BROKEN, name=assignment.image.name, readable=readable)
    if not readable:
        with contextlib.suppress(Conflict):  # a second report in a row excluded it already
            labels.exclude(assignment.image, GONE, None)
        return f"{GONE}. The image was taken out and shown to the managers."
    return "Reported to the managers. Someone else gets this image to see whether it opens there."


def reported(job: Job) -> "QuerySet[Image]":
    """Images someone reported that are still in play without a label."""
    assignments = Assignment.objects.filter(
        image=OuterRef("pk"), state=Assignment.State.SKIPPED, reason=answers.BROKEN
    )
    return job.images.unlabeled().filter(Exists(assignments))


def _readable(image: Image) -> bool:
    path = media_path(image.file)
    if not path.is_file():
        return False
    try:
        with Picture.open(path) as picture:  # our own copy: made by the normaliser, not foreign
            picture.load()
            return picture.size == (image.width, image.height)
    except OSError:
        return False
