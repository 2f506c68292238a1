"""Two labels side by side: which two by default, and that it is never one label against itself."""

import pytest
from django.test import Client
from django.urls import reverse

from labeling.consolidation import labels
from labeling.models import Label
from tests.factories import box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(job):
    """An image with one label, and no detector."""
    found = job.images.first()
    Label.objects.create(image=found, source="human", boxes=[box()])
    return found


@pytest.fixture
def reviewer(rita):
    client = Client()
    client.force_login(rita)
    return client


def compared(client, image, **asked):
    return client.get(reverse("compare-labels", args=[image.pk]), asked)


def test_one_label_alone_has_nothing_on_the_other_side(image, reviewer):
    shown = compared(reviewer, image).json()
    assert (shown["left"], shown["right"]) == (str(image.labels.get().pk), None)
    assert shown["changes"] == []


def test_what_is_left_out_is_never_the_label_that_was_asked_for(image, reviewer, rita):
    for shift in (5, 10):
        labels.correct(image, [box(shift)], rita)
    first, second, third = (str(pk) for pk in image.labels.values_list("pk", flat=True))

    def pair(**asked):
        shown = compared(reviewer, image, **asked).json()
        return shown["left"], shown["right"]

    assert pair() == (second, third)
    assert pair(left=third) == (third, second)
    assert pair(right=second) == (third, second)
    assert pair(left=first, right=third) == (first, third)


@pytest.mark.parametrize("asked", ["same", "unknown"])
def test_the_same_label_twice_and_one_that_is_not_there_are_refused(image, reviewer, asked):
    pk = image.labels.get().pk if asked == "same" else 10**6
    answer = compared(reviewer, image, left=image.labels.get().pk, right=pk)
    assert answer.status_code == 400
    assert "label" in answer.json()["message"]
