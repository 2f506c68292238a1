"""What a model plug-in offers a job's form, so that labeling stays free of it."""

from collections.abc import Callable

from labeling.models import Job

DETECTORS: list[tuple[str, str]] = [("auto", "Chosen by the program, from images and machine")]
# Each says why a job must not begin from another one's detector; empty where it may.
START_CHECKS: list[Callable[[Job, Job], str]] = []


def start_problems(job: Job, earlier: Job) -> list[str]:
    """Why `job` must not begin from the detector of `earlier`."""
    return [problem for check in START_CHECKS if (problem := check(job, earlier))]
