"""What an export is asked for, checked against its job and format, and kept in one way only."""

import hashlib
import json
from collections.abc import Collection

from labeling.kernel.errors import Invalid
from labeling.kernel.json_shapes import ExportOptions
from labeling.models import Job
from labeling.transfers import detector_exports
from labeling.transfers.core.export_formats import FORMATS
from labeling.transfers.core.splits import SPLITS

SOURCES = ("people", "auto")


def check(job: Job, format: str, asked: ExportOptions) -> ExportOptions:
    """The options without those that change nothing, so that equal exports have equal ones.

    Raises Invalid for what the job does not have or the format cannot tell.
    """
    if format not in FORMATS:
        known = ", ".join((*FORMATS, detector_exports.FORMAT))
        raise Invalid(f"Choose a format: {known}.", where="format")
    kept: ExportOptions = {}
    if asked.get("images"):
        kept["images"] = True
    if split := asked.get("split"):
        kept["split"] = shares(split)
    if source := asked.get("source"):
        if source not in SOURCES:
            raise Invalid(f"Choose whose labels: {', '.join(SOURCES)}.", where="source")
        kept["source"] = source
    if (number := asked.get("round")) is not None:
        if not job.rounds.filter(number=number).exists():
            raise Invalid(f"The job has no round {number}.", where="round")
        kept["round"] = number
    if classes := asked.get("classes"):
        kept["classes"] = _classes(job, classes)
    unlabelled = asked.get("unlabelled")
    if unlabelled is not None and unlabelled != bool(FORMATS[format].unlabelled):
        if FORMATS[format].unlabelled is None:
            able = (name for name, one in FORMATS.items() if one.unlabelled is not None)
            raise Invalid(
                "This format cannot tell an image without a label from one without an object: "
                f"choose {' or '.join(able)}, or leave these images out.",
                where="unlabelled",
            )
        kept["unlabelled"] = unlabelled
    return kept


def digest(options: ExportOptions) -> str:
    """What tells these options from others; empty for the plain export."""
    if not options:
        return ""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()


def shares(split: list[int]) -> list[int]:
    """The percentages of a split; raises Invalid for what is none."""
    good = len(split) == len(SPLITS) and all(0 <= share <= 100 for share in split)
    if not good or sum(split) != 100:
        raise Invalid(
            "A split is three whole percentages, of training, validation and test images, which "
            "sum to 100.",
            where="split",
        )
    return split


def _classes(job: Job, indexes: Collection[int]) -> list[int]:
    known = set(job.classes.values_list("index", flat=True))
    if unknown := sorted(set(indexes) - known):
        raise Invalid(f"The job has no class with the index {unknown[0]}.", where="classes")
    return sorted(set(indexes))
