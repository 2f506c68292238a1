"""Why an image is declined, a label sent back, an image out of its job, a training left out:
codes and their words."""

from django.db import models


class SkipReason(models.TextChoices):
    """Why a person declines an image."""

    UNUSABLE = "unusable", "Image unusable"
    HARD_TO_SEE = "hard_to_see", "Too hard to see"
    UNSURE_OF_CLASS = "unsure_of_class", "Not sure about the class"
    WRONG_PICTURE = "wrong_picture", "Wrong picture for this job"
    BROKEN = "broken", "Image is broken"
    OTHER = "other", "Other"


class RejectReason(models.TextChoices):
    """Why a reviewer sends a label back."""

    MISSED = "missed", "Object missed"
    LOOSE = "loose", "Box too loose or too tight"
    WRONG_CLASS = "wrong_class", "Wrong class"
    ON_NOTHING = "on_nothing", "Box on nothing"
    TWICE = "twice", "Same object twice"
    UNUSABLE = "unusable", "Image unusable"


class Exclusion(models.TextChoices):
    """Why an image is out, where it is not for the reason for which two people skipped it."""

    MANAGER = "manager", "by a manager"
    FILE_GONE = "file_gone", "the image file is missing or damaged"
    NOBODY = "nobody", "nobody could label it"


class SkippedTraining(models.TextChoices):
    """Why a round trains no detector."""

    NO_BOXES = "no_boxes", "none of the training images has a box"
    NO_CLASSES = "no_classes", "there is no class to teach"
    CLASS_NOT_TAUGHT = "class_not_taught", "a label has a box of a class that is not taught"
    OTHER_CLASSES = "other_classes", "the earlier detector knows other classes"


EXCLUSIONS = (
    *Exclusion.choices,
    *((code, f"skipped twice: {label}") for code, label in SkipReason.choices),
)
