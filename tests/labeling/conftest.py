"""Started and assisted jobs; a certificate and two releases for tests of the files."""

from typing import Any

import pytest

from labeling.kernel.boxes import pack
from labeling.kernel.quality import quality
from labeling.models import Job
from labeling.rounds import lifecycle
from tests import papers
from tests.documented import reached
from tests.factories import ALONE, box, join, make_images, make_job
from tests.labeling.made_releases import Made, line
from tests.running import run_steps

__all__ = ["assisted", "paper", "reached", "started"]


@pytest.fixture
def started(job, mona) -> Job:
    """The job, running, its pilot of two images open."""
    lifecycle.start(job, mona)
    run_steps(job)
    return job


@pytest.fixture
def assisted(settings, alice, rita):
    """Makes assisted jobs with the scripted detector."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def make(images: int, **fields) -> Job:
        made = make_job(**{**ALONE, "acceptance": "per_round", **fields})
        join(made, alice, "annotator")
        join(made, rita, "reviewer")
        make_images(made, images)
        return made

    return make


@pytest.fixture
def paper() -> dict[str, Any]:
    """A certificate of 60 images, 30 drawn, all nearly perfect."""
    return papers.make(papers.content(), nearly_perfect)


def nearly_perfect(key: str, rank: int) -> dict[str, Any]:
    """A check that finds the box one pixel off."""
    given = [{"class_id": 0, "x1": 11.0, "y1": 10.0, "x2": 61.0, "y2": 60.0}]
    return {"boxes": given, "value": quality(pack(papers.PREDICTED), pack(given))}


@pytest.fixture(scope="module")
def release_certificate() -> Any:
    return papers.make(papers.content(), nearly_perfect, round=3)


@pytest.fixture
def first_release(release_certificate) -> Made:
    lines = [line(1, [box()]), line(2, [box(), box(x=90)]), line(3, None), line(5, [])]
    return Made(1, lines, paper=release_certificate).build()


@pytest.fixture
def second_release(first_release, release_certificate) -> Made:
    lines = [line(1, [box(x=12)]), line(2, [box()], "reviewer"), line(3, [box()]), line(4, None)]
    return Made(2, lines, first_release, release_certificate).build()
