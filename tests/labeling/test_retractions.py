"""A reviewer's second thoughts: which decisions go back, which stay, and why."""

import pytest
from django.utils import timezone

from annotator_ui.api import assignments
from labeling.consolidation import disagreements, labels
from labeling.kernel.errors import Conflict, NotAllowed
from labeling.models import Assignment, Audit, Event, Label, Round, Step
from labeling.review import grid, monitoring, queue, undo, verdicts
from labeling.rounds import lifecycle
from tests.auditing import at_its_audit, prefix
from tests.factories import box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watched(job, mona):
    """A job with a closed round of three auto-labels, each with a monitoring audit."""
    closed = Round.objects.create(
        job=job,
        number=1,
        purpose="active",
        state="CLOSED",
        closed_at=timezone.now(),
        settings={
            "acceptance": "per_round",
            "target_quality": 0.5,
            "monitoring_share": 1.0,
            "annotators_per_image": 1,
        },
    )
    for position, image in enumerate(job.images.all()[:3]):
        label = Label.objects.create(
            image=image,
            round=closed,
            source="auto",
            boxes=[{**box(), "score": 0.9}],
            confidence=0.9,
        )
        Audit.objects.create(
            round=closed,
            image=image,
            kind="monitoring",
            position=position,
            predicted=label.boxes,
            confidence=0.9,
            label=label,
        )
    return job


def next_audit(job, who) -> Audit:
    return queue.claim_next(job, who, count=1)[0]


def test_an_approval_goes_back_to_the_same_hands(watched, rita):
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="approved")

    undo.undo(audit, rita)

    again = next_audit(watched, rita)
    assert (again.pk, again.verdict, again.value, again.decided_at) == (audit.pk, "", None, None)
    assert Event.objects.filter(job=watched, kind="verdict_undone").exists()
    assert undo.undo(again, rita).verdict == ""  # said twice


def test_a_rejected_label_holds_again_and_its_open_assignments_go(watched, rita, mona):
    lifecycle.start(watched, mona)
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="rejected", reason="missed")
    round = watched.rounds.get(closed_at=None)
    Assignment.objects.create(round=round, image=audit.image, slot=1)

    undo.undo(audit, rita)

    label = Label.objects.active().get(image=audit.image)
    assert (label.pk, label.source) == (audit.label_id, "auto")
    assert not audit.image.assignments.pending().exists()


def test_a_corrected_label_goes_and_the_auto_label_is_back_in_history_and_force(watched, rita):
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="corrected", boxes=[box(20)])

    undo.undo(audit, rita)

    auto, corrected = audit.image.labels.order_by("pk")
    assert auto.revoked_at is None
    assert corrected.ended == "taken_back"


def test_what_others_built_on_stays(watched, rita, alice, bob):
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="corrected", boxes=[box(20)])
    step = Step.objects.create(
        round=audit.round, state="TRAINING", started_at=timezone.now(), finished_at=timezone.now()
    )
    with pytest.raises(Conflict, match="learned"):
        undo.undo(audit, rita)
    step.delete()

    other = next_audit(watched, rita)
    verdicts.decide(other, rita, verdict="rejected", reason="wrong_class")
    Assignment.objects.create(
        round=other.round,
        image=other.image,
        slot=1,
        annotator=alice,
        state="claimed",
        lease_expires_at=timezone.now(),
    )
    with pytest.raises(Conflict, match="begun to draw"):
        undo.undo(other, rita)
    assert not Label.objects.active().filter(image=other.image).exists()

    with pytest.raises(NotAllowed):
        undo.undo(audit, bob)


def test_nothing_goes_back_once_the_round_was_revoked(watched, rita, mona):
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="approved")
    monitoring.revoke(audit.round, mona)

    with pytest.raises(Conflict, match="revoked"):
        undo.undo(audit, rita)


def test_a_label_replaced_before_its_watch_does_not_stop_the_watch(watched, rita):
    first, second = queue.claim_next(watched, rita, count=2)
    Label.objects.filter(pk=first.label_id).update(revoked_at=timezone.now(), reason="replaced")
    verdicts.decide(second, rita, verdict="approved")

    assert monitoring.monitored_values(first.round) == [1.0]


@pytest.fixture
def proving(settings, alice, rita, bob):
    """A certified job at its audit, with two reviewers."""
    yield from at_its_audit(
        settings,
        alice,
        (rita, bob),
        120,
        training_size=10,
        batch_size=50,
        prefetch_percent=0,
        audit_budget=20,
    )


def test_a_proofs_verdict_goes_back_only_until_the_test_has_read_it(proving, rita, bob):
    rows = Audit.objects.filter(round__job=proving, kind="certificate", blind=False)
    shown = list(rows.filter(position__lt=2))
    first, second = shown
    Audit.objects.filter(pk=first.pk).update(reviewer=bob)
    Audit.objects.filter(pk=second.pk).update(reviewer=rita)
    for audit in shown:
        audit.refresh_from_db()

    verdicts.decide(second, rita, verdict="approved")
    undo.undo(second, rita)  # the first is still open: nothing was bet on the second
    second.refresh_from_db()
    assert second.verdict == ""

    verdicts.decide(second, rita, verdict="approved")
    verdicts.decide(first, bob, verdict="approved")
    for audit, who in ((first, bob), (second, rita)):
        with pytest.raises(Conflict, match="counted already"):
            undo.undo(audit, who)
    assert [a.pk for a in prefix(second.round)] == [first.pk, second.pk]


def test_a_rejected_image_tells_the_next_person_why_but_not_in_a_blind_round(watched, rita, alice):
    audit = next_audit(watched, rita)
    verdicts.decide(audit, rita, verdict="rejected", reason="missed")
    assignment = Assignment.objects.create(
        round=audit.round,
        image=audit.image,
        slot=1,
        annotator=alice,
        state="claimed",
        lease_expires_at=timezone.now(),
    )

    assert assignments.alone(assignment)["returned"] == {
        "code": "missed",
        "label": "Object missed",
    }
    assignment.round.purpose = "validation"
    assert assignments.alone(assignment)["returned"] is None
    labels.accept(audit.image, [box()], "human", round=audit.round)
    assert grid.returned([audit.image_id]) == {}


@pytest.fixture
def labelled(watched):
    """An auto-label of an image in no audit."""
    image = watched.images.unlabeled().first()
    return Label.objects.create(image=image, source="auto", boxes=[box()], confidence=0.9)


def test_a_correction_and_an_adjudication_are_taken_back_and_the_label_before_holds(
    labelled, rita, bob
):
    image = labelled.image
    corrected = labels.correct(image, [box(20)], rita)
    adjudicated = disagreements.adjudicate(image, corrected.pk, [box(30)], rita, {"drawn": 1})
    with pytest.raises(NotAllowed):
        undo.take_back(adjudicated, bob)
    with pytest.raises(Conflict, match="another label"):
        undo.take_back(corrected, rita)

    assert undo.take_back(adjudicated, rita).pk == corrected.pk
    assert undo.take_back(adjudicated, rita).pk == corrected.pk  # said twice
    corrected.refresh_from_db()
    undo.take_back(corrected, rita)
    assert Label.objects.active().get(image=image).pk == labelled.pk


def test_a_first_label_and_one_that_taught_a_detector_stay(labelled, watched, rita):
    image = watched.images.unlabeled().first()
    with pytest.raises(Conflict, match="no label before"):
        undo.take_back(labels.correct(image, [box()], rita), rita)

    corrected = labels.correct(labelled.image, [box(20)], rita)
    round = watched.rounds.first()
    Step.objects.create(round=round, state="TRAINING", started_at=timezone.now())
    with pytest.raises(Conflict, match="learned"):
        undo.take_back(corrected, rita)
