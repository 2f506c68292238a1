"""Pages of reviewers and of people's own work: opening one by its address changes nothing."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labeling.models import Assignment, Label
from labeling.review import comments, suggested_corrections
from labeling.rounds import lifecycle
from tests.factories import box, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


@pytest.fixture
def assignment(job, mona, alice, rita):
    """A finished answer with a note that was answered and a suggested correction."""
    lifecycle.start(job, mona)
    run_steps(job)
    work_all(job, alice)
    run_steps(job)
    found = Assignment.objects.filter(annotator=alice, state="submitted").first()
    comments.answer(comments.pin(found.image, alice, 1, 1, "?"), rita, "Yes")
    suggested_corrections.suggest(found, alice, [box(20)])
    return found


def opened(who, name: str, *args: object) -> list[str]:
    """What opening the page wrote."""
    client = Client()
    client.force_login(who)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(reverse(name, args=args)).status_code == 200, name
    return [query["sql"] for query in asked if WRITES.match(query["sql"])]


def test_reviewers_open_every_page_without_writing_anything(assignment, job, rita):
    for name in ("review", "review-grid", "review-disagreements", "notes"):
        assert opened(rita, name, job.slug) == [], name
    for name in ("adjudicate", "compare", "correct"):
        assert opened(rita, name, job.slug, assignment.image_id) == [], name
    for name in ("disagreements", "compare-labels"):
        assert opened(rita, name, assignment.image_id) == [], name


def test_annotators_open_their_answers_and_a_suggestion_without_writing_anything(
    assignment, job, alice
):
    for name in ("history", "notes"):
        assert opened(alice, name, job.slug) == [], name
    assert opened(alice, "suggest", job.slug, assignment.pk) == []
    assert comments.unread(alice).count() == 1


def test_the_grid_begins_where_its_address_says(assignment, job, rita):
    client = Client()
    client.force_login(rita)
    url = reverse("review-grid", args=[job.slug])
    asked = {"source": "any", "order": "random", "count": 12, "earlier": "", "at": 3}
    first = client.get(url, asked).context["page_data"]["first"]["labels"]
    after = f"{Label.objects.get(pk=first[0]['id']).image.shuffle}:{first[0]['id']}"
    rest = client.get(url, {**asked, "after": after})
    assert [row["id"] for row in rest.context["page_data"]["first"]["labels"]] == [
        row["id"] for row in first[1:]
    ]
    nonsense = client.get(url, {"after": "over there"})
    assert (nonsense.status_code, nonsense.url) == (302, url)


def test_a_correction_that_would_be_refused_says_so_before_it_is_drawn(assignment, job, rita, mona):
    image = job.images.unlabeled().first()
    for who, said in ((rita, "no label to correct"), (mona, "")):
        client = Client()
        client.force_login(who)
        page = client.get(reverse("correct", args=[job.slug, image.pk]))
        assert said in page.context["page_data"]["refused"]
        assert bool(page.context["page_data"]["refused"]) == bool(said)
