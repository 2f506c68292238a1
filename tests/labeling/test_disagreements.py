"""Where people differ and where labels differ; what a reviewer adjudicates becomes the label."""

import numpy as np
import pytest

from labeling.consolidation import disagreements, labels
from labeling.consolidation.core.answer_groups import changes, doubt, groups
from labeling.consolidation.core.grouping import Answers
from labeling.kernel.boxes import pack
from labeling.kernel.errors import Conflict
from labeling.models import Audit, Event, Label
from labeling.rounds import lifecycle
from tests.factories import box, join, make_images, make_job, person, work_all
from tests.running import run_steps


def kinds(left, right) -> list[str]:
    return sorted(change.kind for change in changes(pack(left), pack(right)))


def test_changes_name_what_became_of_each_box():
    a, b = box(0), box(100)
    assert kinds([a, b], [a, b]) == ["same", "same"]
    assert kinds([a], []) == ["removed"]
    assert kinds([], [b]) == ["added"]
    assert kinds([a], [box(8)]) == ["moved"]
    assert kinds([a], [{**a, "class_id": 1}]) == ["relabelled"]
    assert kinds([a], [b]) == ["added", "removed"]
    assert kinds([], []) == []


def test_a_shared_class_wins_over_a_little_more_overlap():
    found = changes(pack([box(0)]), pack([{**box(2), "class_id": 1}, box(6)]))
    pair = next(change for change in found if change.left is not None)
    assert (pair.kind, pair.right) == ("moved", 1)


def test_groups_come_least_agreement_first_and_know_their_merged_box():
    answers = Answers(1, (7, 8, 9), tuple(pack(b) for b in ([box(), box(100)], [box(2)], [box(1)])))
    label = pack([box(1)])

    found = groups(answers, label)

    lone, shared = found
    assert (lone.merged, lone.agreement, [d.person for d in lone.drawn]) == (None, 0.0, [0])
    assert shared.merged == 0
    assert [d.person for d in shared.drawn] == [0, 1, 2]
    assert shared.agreement == pytest.approx(np.mean([d.overlap for d in shared.drawn]), abs=1e-3)
    assert shared.mean == box(1)


def test_a_reviewers_own_box_is_a_group_nobody_drew():
    found = groups(Answers(1, (7,), (pack([]),)), pack([box()]))
    assert [(g.drawn, g.merged, g.agreement) for g in found] == [((), 0, 1.0)]
    assert groups(Answers(1, (7, 8), (pack([]), pack([]))), pack([])) == []


def test_doubt_is_the_larger_of_risk_and_the_lonest_person():
    assert doubt({"risk": 0.1, "agreement": [0.9, 0.6]}) == pytest.approx(0.4)
    assert doubt({"risk": 3.0, "agreement": [1.0, 1.0]}) == 1.0
    assert doubt({"method": "single", "risk": 0.0, "agreement": []}) == 0.0


@pytest.fixture
def drawn(alice, bob, rita):
    """A job whose three people have labelled ten images, one of them differently."""
    made = make_job(
        assist=False, mode="independent", annotators_per_image=3, pilot_size=10, batch_size=10
    )
    cleo = person("cleo")
    for who in (alice, bob, cleo):
        join(made, who, "annotator")
    join(made, rita, "reviewer")
    images = make_images(made, 10)
    odd = images[3].pk
    lifecycle.start(made, None)
    run_steps(made)

    def boxes(assignment):
        shift = 8 if assignment.annotator_id == cleo.pk else 0
        return [box(10 + shift)] if assignment.image_id == odd else [box()]

    work_all(made, alice, bob, cleo, boxes=boxes)
    run_steps(made)
    return made, images[3]


@pytest.mark.django_db(transaction=True)
def test_the_doubtful_image_is_listed_and_resolved(drawn, rita):
    job, image = drawn
    listed = disagreements.doubtful(job, level=0.1)
    assert [row.image for row in listed] == [image.pk]

    before = Label.objects.active().get(image=image)
    found = disagreements.of_image(image)
    assert [len(g.drawn) for g in found.groups] == [3]
    label = disagreements.adjudicate(image, before.pk, [box(12)], rita, {"drawn": 1})

    before.refresh_from_db()
    assert (label.source, label.by, label.boxes) == ("reviewer", rita, [box(12)])
    assert before.ended == "adjudicated"
    assert Event.objects.get(job=job, kind="disagreements_adjudicated").data["drawn"] == 1
    assert disagreements.doubtful(job, level=0.1) == []
    assert disagreements.adjudicated_count(job) == 1
    assert disagreements.of_image(image).groups[0].merged == 0  # of the people's label still

    with pytest.raises(Conflict, match="another label"):
        disagreements.adjudicate(image, before.pk, [], rita, {})


@pytest.mark.django_db(transaction=True)
def test_answers_stay_private_until_people_have_a_label(job, mona, alice):
    lifecycle.start(job, mona)
    run_steps(job)
    image = job.images.first()
    with pytest.raises(Conflict, match="have not labelled"):
        disagreements.of_image(image)

    work_all(job, alice)
    run_steps(job)
    done = Label.objects.active().filter(image__job=job, source="human").first()
    labels.revoke(Label.objects.filter(pk=done.pk), "rejected", "missed")
    with pytest.raises(Conflict, match="with people again"):
        disagreements.of_image(done.image)


@pytest.mark.django_db(transaction=True)
def test_labels_of_an_image_under_audit_are_not_compared(drawn):
    job, image = drawn
    assert [label.source for label in disagreements.history(image)] == ["human"]
    round = job.rounds.get(number=1)
    Audit.objects.create(
        round=round, image=image, kind="certificate", position=0, predicted=[box()]
    )
    type(round).objects.filter(pk=round.pk).update(state="AUDITING")

    with pytest.raises(Conflict, match="running audit"):
        disagreements.history(image)
    with pytest.raises(Conflict, match="running audit"):
        disagreements.check_correctable(image, manager=False)
    disagreements.check_correctable(image, manager=True)
