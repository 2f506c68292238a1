"""What a model plug-in offers a job's form, so that labeling stays free of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labeling.models import Job

DETECTORS: list[tuple[str, str]] = [("auto", "Chosen by the program, from images and machine")]
# Each says why a job must not begin from another one's detector; empty where it may.
START_CHECKS: list[Callable[[Job, Job], str]] = []
# Each says whether the job begins with a detector that knows all its classes.
READY: list[Callable[[Job], bool]] = []


@dataclass(frozen=True)
class DetectorPacker:
    """How the detectors of a job are packed for use elsewhere."""

    rounds: Callable[[Job], list[int]]  # numbers of those that have one, the latest first
    # job, number of the round, target, what to call while it takes time
    write: Callable[[Job, int, Path, Callable[[], None]], None]
    digest: Callable[[Job, int], str]  # SHA-256 of the detector's file, by the number of its round


DETECTOR_PACKERS: list[DetectorPacker] = []


def start_problems(job: Job, earlier: Job) -> list[str]:
    """Why `job` must not begin from the detector of `earlier`."""
    return [problem for check in START_CHECKS if (problem := check(job, earlier))]


def looks_first(job: Job) -> bool:
    """Whether the machine looks at the images before the job has taught it any.

    It has to be judged, so without validation images the first training comes first.
    """
    return bool(job.validation_size) and any(ready(job) for ready in READY)
