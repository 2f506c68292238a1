"""Without validation images the training images judge, each by a detector that never saw it."""

import pytest

from labeling.assignments import claims
from labeling.consolidation import labels
from labeling.jobs import setup
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.ledger.leases import Lease
from labeling.models import Certificate, Label, Round, Step
from labeling.review.queue import claim_next
from labeling.rounds import lifecycle
from mlassist.calibration.evaluation import judge
from mlassist.data.folds import fold_of
from mlassist.data.heartbeat import no_heartbeat
from mlassist.models import Calibration, Detector, Prediction
from mlassist.training import cross_validation
from tests import factories
from tests.auditing import draw_order, give
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(settings, alice, bob, rita):
    """A started job without validation images, the detector scripted."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def make(**fields):
        job = factories.make_job(
            pilot_size=4,
            validation_size=0,
            training_size=40,
            batch_size=10,
            monitoring_share=0.2,
            audit_budget=30,
            **{**factories.ALONE, "target_quality": 0.5, **fields},
        )
        factories.join(job, alice, "annotator")
        for who in (bob, rita):
            factories.join(job, who, "reviewer")
        factories.make_images(job, 110)
        lifecycle.start(job, None)
        return job

    return make


def to_active(job, alice):
    """Let the people's rounds pass."""
    run_steps(job)
    while not job.rounds.filter(purpose="active").exists():
        factories.work_all(job, alice)
        run_steps(job)


def test_every_training_image_is_judged_by_a_detector_that_never_saw_it(make, alice):
    job = make(acceptance="per_round")
    to_active(job, alice)

    detector = Detector.objects.get(round__job=job)
    assert len(detector.folds) == cross_validation.FOLDS
    seen = {}
    for fold, made in enumerate(detector.folds):
        # the scripted detector's file names the pictures it was taught
        seen[fold] = set(media_path(made["weights"]).read_text().splitlines())
    judged = Prediction.objects.filter(detector=detector, image__split="training")
    assert judged.count() == detector.trained_on == 40
    for row in judged.select_related("image"):
        assert (
            media_path(row.image.file).name
            not in seen[fold_of(row.image.digest, cross_validation.FOLDS)]
        )
    assert set.union(*seen.values()) == {media_path(r.image.file).name for r in judged}
    assert Calibration.objects.get(detector=detector).validation_images == 4 + 40


def test_the_time_told_counts_the_trainings_that_judge(make, alice, monkeypatch):
    told = []
    monkeypatch.setattr(Lease, "renew", lambda lease, done, total, **data: told.append(total))
    to_active(make(acceptance="per_round"), alice)

    assert {7} <= set(told)  # three steps, and half as many for each of three folds


def test_the_looking_is_done_by_the_fold_of_each_image(make, alice):
    job = make(acceptance="per_round")
    to_active(job, alice)
    detector = Detector.objects.get(round__job=job)

    groups = {w: images for w, _, images in cross_validation.by_weights(detector, job.images.all())}
    assert {i.split for i in groups[detector.weights]} <= {"validation", ""}
    for fold, made in enumerate(detector.folds):
        assert {fold_of(i.digest, cross_validation.FOLDS) for i in groups[made["weights"]]} == {
            fold
        }


def test_acceptance_per_round_is_estimated_on_random_images_only(make, alice):
    job = make(acceptance="per_round", target_quality=0.99)
    to_active(job, alice)
    factories.work_all(job, alice)

    run_steps(job)
    latest = Detector.objects.filter(round__job=job).first()
    assert latest.round.number > job.rounds.filter(purpose="active").earliest("number").number
    assert latest.trained_on >= 50
    assert len(judge(latest, no_heartbeat).known) == 4 + 40


def test_what_was_corrected_or_drawn_by_hand_counts_as_random_only_if_it_was(make, alice, rita):
    job = make(acceptance="per_round", target_quality=0.99)
    to_active(job, alice)
    factories.work_all(job, alice)
    run_steps(job)
    of_people = Label.objects.active().filter(image__job=job)
    random = of_people.filter(round__purpose="training").first().image
    selected = of_people.filter(round__purpose="active").first().image
    auto, imported, by_hand = job.images.unlabeled()[:3]
    labels.accept(auto, [], "auto", round=job.rounds.last())
    labels.accept(imported, [], "imported", round=None)

    for image in (random, selected, auto, imported, by_hand):
        labels.correct(image, [factories.box()], rita)

    chosen = set(cross_validation.calibration_images(job, drawn_at_random=True))
    assert {random, imported} <= chosen
    assert not {selected, auto, by_hand} & chosen


def test_a_fold_goes_on_from_the_same_fold_of_the_round_before(make, alice, monkeypatch):
    job = make(acceptance="per_round", target_quality=0.99)
    to_active(job, alice)
    first = Detector.objects.get(round__job=job)
    from tests import fakes

    warm, inner = {}, fakes.train

    def noting(samples, class_ids, target, *, previous, **rest):
        warm[target.name] = previous
        return inner(samples, class_ids, target, previous=previous, **rest)

    monkeypatch.setattr(fakes, "train", noting)
    factories.work_all(job, alice)
    run_steps(job)

    for fold, made in enumerate(first.folds):
        name = next(n for n in warm if n.endswith(f"fold-{fold}.safetensors"))
        assert warm[name] == (media_path(made["weights"]), made["digest"])


def test_a_training_killed_between_two_folds_does_only_what_is_missing(make, alice, monkeypatch):
    job = make(acceptance="per_round")
    while not job.rounds.filter(purpose="training").exists():
        run_steps(job)
        factories.work_all(job, alice)
    from tests import fakes

    inner, taught = fakes.train, []

    def breaks(samples, class_ids, target, **rest):
        taught.append(target.name)
        if len(taught) == 3:
            raise OSError("No space left on device")
        return inner(samples, class_ids, target, **rest)

    monkeypatch.setattr(fakes, "train", breaks)
    while len(taught) < 3:
        run_once(job, alice)
    while not Detector.objects.filter(round__job=job, folds__2__isnull=False).exists():
        run_once(job, alice)

    names = [n.split("-", 1)[-1] for n in taught]
    assert names[1:] == [f"fold-{k}.safetensors" for k in (0, 1, 1, 2)]


def run_once(job, alice):
    """One step, or the people."""
    step = Step.objects.unfinished().filter(round__job=job, round__closed_at=None).first()
    if step is None:
        factories.work_all(job, alice)
    else:
        runner.run("step", step.pk)


def test_a_certificate_without_validation_images(make, alice, bob, rita):
    job = make(acceptance="certified", target_quality=0.3)
    for _ in range(300):
        run_steps(job)
        job.refresh_from_db()
        if job.state == "complete":
            break
        for assignment in claims.claim_next(job, alice).assignments:
            factories.answer(assignment, alice)
        draw_order(job, rita)
        for who in (bob, rita):
            for audit in claim_next(job, who):
                give(audit, who, "corrected", [factories.box()])

    paper = Certificate.objects.get(round__job=job)
    assert paper.outcome == "certified"
    assert Label.objects.active().filter(image__job=job).count() == 110
    assert job.rounds.filter(purpose=Round.Purpose.VALIDATION).count() == 0


def test_too_few_training_images_to_judge_are_refused():
    job = factories.make_job(
        **factories.ALONE, acceptance="certified", validation_size=0, training_size=19
    )
    assert any("at least 20 images" in said for said in setup.size_problems(job))
