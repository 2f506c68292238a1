"""One whole job for each preset, with nothing set but what the preset gives."""

import numpy as np
import pytest

from labeling.certification.core import verification
from labeling.jobs import classes, presets, setup
from labeling.kernel import guarantee
from labeling.kernel.boxes import pack
from labeling.kernel.quality import quality
from labeling.models import Certificate, Job, Label
from labeling.reports import figures
from labeling.rounds import lifecycle
from tests import fakes
from tests.auditing import judge_all
from tests.factories import box, join, make_images, person, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)

IMAGES = 300
ANNOTATORS = ("ann", "ben", "cem", "dan", "eva", "fay")  # Ground Truth asks five of each image


def sees(path):
    """The true box a pixel off, surer in some pictures; a tenth of them it does not know at all."""
    score = fakes.score_of(path)
    return ((11.0, 10.0, 60.0, 60.0), score) if score > 0.37 else None


def judged(audit):
    """The true box where the check is drawn or the detector saw nothing; otherwise a yes."""
    if audit.drawn_blind or not audit.predicted:
        return "corrected", [box()]
    return "approved", None


@pytest.fixture(params=Job.Preset.values)
def finished(request, settings) -> Job:
    """A job as its preset makes it, run to its end by people who draw rightly."""
    settings.MLASSIST_ENGINE = "tests.fakes"
    fakes.SEES["sight"] = sees
    numbers = presets.fitted(request.param, IMAGES)
    job = setup.create(f"Whole {request.param}", None, preset=request.param, seed=1, **numbers)
    classes.add(job, "cat")
    people = [person(name) for name in ANNOTATORS]
    reviewers = [person("rita"), person("bob")]
    for one in people:
        join(job, one, "annotator")
    for one in reviewers:
        join(job, one, "reviewer")
    make_images(job, IMAGES)
    lifecycle.start(job, None)
    for _ in range(40):
        moved = run_steps(job) + work_all(job, *people) + judge_all(job, *reviewers, verdict=judged)
        job.refresh_from_db()
        if not moved or job.state == Job.State.COMPLETE:
            break
    fakes.SEES.clear()
    return job


def test_the_whole_loop_ends_with_a_label_for_every_image_and_its_guarantee(finished):
    labels = Label.objects.active().filter(image__job=finished)
    counts = figures.counts(finished)
    auto = labels.auto()

    assert finished.state == Job.State.COMPLETE
    assert labels.count() == IMAGES
    assert counts["human"] + counts["auto"] == IMAGES
    assert auto.count() >= IMAGES / 3
    truth = pack([box()])
    values = [quality(pack(label.boxes), truth) for label in auto]
    if finished.guarantee == guarantee.DATASET:
        values += [1.0] * counts["human"]  # counted as right
    assert np.mean(values) >= finished.target_quality
    papers = Certificate.objects.filter(round__job=finished)
    if finished.acceptance == Job.Acceptance.PER_ROUND:
        assert not papers.exists()
        return
    assert [paper.outcome for paper in papers] == ["certified"]
    assert verification.verify(papers[0].document) == []
    assert counts["certified"] >= auto.count()
