"""The grid: which labels a page shows, in which order, and what a check does."""

import pytest
from django.utils import timezone

from annotator_ui.api import grid
from labeling.models import Assignment, Audit, Label, LabelCheck, Round
from labeling.review import grid as checking
from labeling.review.core.suspicion import Usual, main_reason, usual
from tests.factories import SIZE, box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accepted(job):
    """A closed round with six auto-labels of rising confidence; every second one is a dog."""
    closed = Round.objects.create(
        job=job, number=1, purpose="active", state="CLOSED", closed_at=timezone.now(), settings={}
    )
    for i, image in enumerate(job.images.all()[:6]):
        Label.objects.create(
            image=image,
            round=closed,
            source="auto",
            confidence=0.9 - i / 10,
            boxes=[{**box(class_id=i % 2), "score": 0.9}],
        )
    return job


def shown(job, **wanted) -> list[float]:
    return [label.confidence for label in checking.page(job, checking.Wanted(**wanted))]


def test_the_least_sure_come_first_and_filters_combine(accepted, alice, bob):
    everything = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert shown(accepted) == pytest.approx(everything)
    assert shown(accepted, class_id=1) == pytest.approx([0.4, 0.6, 0.8])
    assert shown(accepted, low=0.55, high=0.75) == pytest.approx([0.6, 0.7])
    assert shown(accepted, round=2) == []
    assert shown(accepted, source="human") == []
    assert sorted(shown(accepted, order="random")) == pytest.approx(everything)

    label = Label.objects.get(confidence__range=(0.65, 0.75))
    Assignment.objects.create(
        round=label.round,
        image=label.image,
        slot=1,
        annotator=alice,
        state="submitted",
        boxes=[],
        submitted_at=timezone.now(),
    )
    assert shown(accepted, person=alice.pk) == pytest.approx([0.7])
    assert shown(accepted, person=bob.pk) == []


def test_a_page_goes_on_where_the_one_before_ended(accepted):
    first = checking.page(accepted, checking.Wanted(count=4))
    after = (first[-1].place, first[-1].pk)
    assert shown(accepted, count=4, after=after) == pytest.approx([0.8, 0.9])

    first = checking.page(accepted, checking.Wanted(order="random", count=4))
    after = grid.GridQuery().validate_after(f"{first[-1].place!r}:{first[-1].pk}")
    rest = checking.page(accepted, checking.Wanted(order="random", after=after))
    assert len({label.pk for label in (*first, *rest)}) == 6


def test_checks_are_kept_and_what_was_looked_at_comes_no_more(accepted, rita):
    right, wrong, *_ = checking.page(accepted, checking.Wanted())
    stored = checking.store(
        accepted,
        rita,
        [
            {"label": right.pk, "verdict": "right", "reason": ""},
            {"label": wrong.pk, "verdict": "rejected", "reason": "wrong_class"},
            {"label": 10**6, "verdict": "right", "reason": ""},
        ],
    )

    assert [row["stored"] for row in stored] == [True, True, False]
    assert shown(accepted) == pytest.approx([0.6, 0.7, 0.8, 0.9])
    assert shown(accepted, looked_at=True)[0] == pytest.approx(0.4)
    assert checking.counts(accepted, checking.Wanted()) == {"labels": 6, "looked_at": 2}
    wrong.refresh_from_db()
    assert wrong.end == "rejected: Wrong class"
    assert checking.returned([wrong.image_id, right.image_id]) == {wrong.image_id: "wrong_class"}
    Label.objects.filter(pk=wrong.pk).update(reason="loose")
    assert checking.returned([wrong.image_id]) == {wrong.image_id: "wrong_class"}
    wrong.image.refresh_from_db()
    assert wrong.image.priority is not None

    again = checking.store(
        accepted, rita, [{"label": wrong.pk, "verdict": "rejected", "reason": "wrong_class"}]
    )
    assert again[0]["stored"]


def test_a_check_goes_back_unless_people_have_begun(accepted, rita, bob, alice):
    first, second, *_ = checking.page(accepted, checking.Wanted())
    reject = {"verdict": "rejected", "reason": "missed"}
    checking.store(accepted, rita, [{"label": row.pk, **reject} for row in (first, second)])
    Assignment.objects.create(
        round=second.round,
        image=second.image,
        slot=1,
        annotator=alice,
        state="claimed",
        lease_expires_at=timezone.now(),
    )

    checking.undo(accepted, rita, first.pk)
    assert Label.objects.active().filter(pk=first.pk).exists()
    assert not LabelCheck.objects.filter(label=first).exists()
    with pytest.raises(checking.Conflict, match="begun to draw"):
        checking.undo(accepted, rita, second.pk)
    with pytest.raises(checking.Conflict, match="Someone else"):
        checking.undo(accepted, bob, second.pk)


def test_a_validation_image_is_not_sent_back_to_people_who_see_suggestions(accepted, rita):
    label = checking.page(accepted, checking.Wanted())[0]
    type(label.image).objects.filter(pk=label.image_id).update(split="validation")
    reject = {"label": label.pk, "verdict": "rejected", "reason": "missed"}

    told = checking.store(accepted, rita, [reject])[0]

    assert not told["stored"]
    assert "drawn blind" in told["message"]
    assert Label.objects.active().filter(pk=label.pk).exists()


def test_what_an_audit_could_not_judge_tells_the_next_person_until_it_has_a_label(accepted, rita):
    image = accepted.images.unlabeled().first()
    Audit.objects.create(
        round=accepted.rounds.get(),
        image=image,
        kind="certificate",
        position=0,
        predicted=[],
        verdict="unjudgeable",
        reviewer=rita,
        decided_at=timezone.now(),
    )
    assert checking.returned([image.pk]) == {image.pk: "unjudgeable"}
    Label.objects.create(image=image, source="human", boxes=[])
    assert checking.returned([image.pk]) == {}


def test_a_reject_needs_a_known_reason(accepted, rita):
    label = checking.page(accepted, checking.Wanted())[0]
    told = checking.store(
        accepted, rita, [{"label": label.pk, "verdict": "rejected", "reason": "meh"}]
    )
    assert "Choose a reason" in told[0]["message"]


@pytest.mark.parametrize(
    ("boxes", "detail", "reason"),
    [
        ([{**box(), "score": 0.3}], {}, "low score"),
        ([], {}, "nothing found"),
        ([box()] * 9, {}, "crowded"),
        ([box(size=3)], {}, "odd box size"),
        ([box(x=0)], {}, "edge of image"),
        ([box()], {}, ""),
        ([box()], {"votes": [1], "agreement": [1.0, 0.0]}, "not seen by all"),
        ([box()], {"votes": [2], "spread": [0.4], "agreement": [0.7, 0.7]}, "edges differ"),
    ],
)
def test_the_main_reason_is_the_first_thing_to_look_for(boxes, detail, reason):
    norm = usual([([box(), box(30)], *SIZE)])
    assert main_reason(boxes, SIZE, norm, detail) == reason


def test_nothing_is_usual_where_there_is_no_label():
    assert usual([]) == Usual(0.0, {})
