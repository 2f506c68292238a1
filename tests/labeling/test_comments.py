"""Notes on images: who reads which, so that nobody learns what others drew too early."""

import pytest
from django.utils import timezone

from labeling.kernel.errors import Invalid, NotAllowed
from labeling.models import Assignment, Label
from labeling.review import comments
from labeling.rounds import lifecycle
from tests.factories import box, join
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(job, mona, alice, bob):
    """An image that Alice and Bob both have in hand."""
    lifecycle.start(job, mona)
    run_steps(job)
    assignment = Assignment.objects.filter(round__job=job).first()
    assignment.round.assignments.filter(image=assignment.image).delete()
    for slot, who in ((1, alice), (2, bob)):
        Assignment.objects.create(
            round=assignment.round,
            image=assignment.image,
            slot=slot,
            annotator=who,
            state="claimed",
            lease_expires_at=timezone.now(),
        )
    return assignment.image


def read_by(job, who) -> list[str]:
    return list(comments.threads(job, who).values_list("text", flat=True))


def test_before_there_is_a_label_annotators_read_their_own_threads_only(
    job, image, alice, bob, rita
):
    thread = comments.pin(image, alice, 10, 20, "Is this a cat?")
    comments.pin(image, bob, 5, 5, "Too dark")
    comments.answer(thread, rita, "Yes, a cat.")

    assert read_by(job, alice) == ["Is this a cat?"]
    assert read_by(job, bob) == ["Too dark"]
    assert read_by(job, rita) == ["Is this a cat?", "Too dark"]

    Label.objects.create(image=image, source="human", boxes=[box()])
    assert read_by(job, alice) == ["Is this a cat?", "Too dark"]
    assert read_by(job, bob) == ["Is this a cat?", "Too dark"]


def test_a_reviewer_who_also_draws_reads_others_only_when_it_cannot_sway_them(
    job, image, alice, rita
):
    comments.pin(image, alice, 10, 20, "Is this a cat?")
    join(job, rita, "annotator")
    assert read_by(job, rita) == ["Is this a cat?"]  # both assignments are in others' hands

    assignment = image.assignments.get(slot=2)
    Assignment.objects.filter(pk=assignment.pk).update(state="open", annotator=None)
    assert read_by(job, rita) == []
    Assignment.objects.filter(pk=assignment.pk).update(
        state="claimed", annotator=rita, lease_expires_at=timezone.now()
    )
    assert read_by(job, rita) == []


def test_only_reviewers_and_the_author_answer(job, image, alice, bob, rita):
    thread = comments.pin(image, alice, 10, 20, "Is this a cat?")
    comments.answer(thread, alice, "Or a dog?")
    with pytest.raises(NotAllowed):
        comments.answer(thread, bob, "A cat")

    assert not comments.unread(alice).exists()
    comments.answer(thread, rita, "A dog.")
    assert comments.unread(alice).count() == 1
    comments.mark_seen(image, alice)
    assert not comments.unread(alice).exists()


@pytest.mark.parametrize(
    ("x", "y", "words"), [(-1, 0, "a"), (0, 10**6, "a"), (1, 1, "  "), (1, 1, "a\0b")]
)
def test_a_note_needs_a_place_on_the_picture_and_words(image, alice, x, y, words):
    with pytest.raises(Invalid):
        comments.pin(image, alice, x, y, words)


def test_a_thread_is_closed_and_opened_again(image, rita, alice):
    thread = comments.pin(image, alice, 1, 1, "?")
    comments.close(thread, True)
    assert not type(thread).objects.open().filter(pk=thread.pk).exists()
    comments.close(thread, False)
    assert type(thread).objects.open().filter(pk=thread.pk).exists()
