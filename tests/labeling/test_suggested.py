"""Corrections suggested of finished answers: who sees them, and what becomes of them."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.assignments import claims
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Assignment, Audit, Comment, Label
from labeling.review import comments, suggested_corrections
from labeling.rounds import lifecycle
from tests.factories import answer, box, join, work_all
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assignment(job, mona, alice, bob):
    """Alice's finished answer: one box."""
    lifecycle.start(job, mona)
    run_steps(job)
    work_all(job, alice)
    run_steps(job)
    return Assignment.objects.filter(annotator=alice, state="submitted").first()


def signed_in(who) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(who)
    return client


def send(client, method: str, name: str, pk: int, body=None):
    url = reverse(name, args=[pk])
    reply = getattr(client, method)(url, json.dumps(body or {}), content_type="application/json")
    return reply.status_code, reply.json()


def holding(assignment) -> Label:
    return Label.objects.active().get(image=assignment.image)


def test_a_suggestion_changes_no_label_until_a_reviewer_takes_it(assignment, alice, rita):
    before = holding(assignment)
    row = suggested_corrections.suggest(assignment, alice, [box(20)], "It was further right.")
    assert (
        suggested_corrections.suggest(assignment, alice, [box(20)], "It was further right.").pk
        == row.pk
    )
    assert holding(assignment) == before

    label = suggested_corrections.accept_suggestion(row, rita, before.pk)
    assert suggested_corrections.accept_suggestion(row, rita, before.pk) == label  # said twice
    assert (label.boxes, label.source, label.by) == ([box(20)], "reviewer", rita)
    row.refresh_from_db()
    assert (row.outcome, row.closed_at is None) == ("taken", False)
    assignment.refresh_from_db()
    assert assignment.boxes == [box()]

    suggested_corrections.reopen(row, rita)
    assert holding(assignment) == before
    row.refresh_from_db()
    assert (row.outcome, row.closed_at) == ("", None)


def test_a_later_suggestion_replaces_an_open_one_and_there_is_never_a_second(
    assignment, alice, rita
):
    first = suggested_corrections.suggest(assignment, alice, [box(20)])
    second = suggested_corrections.suggest(assignment, alice, [box(30)])
    assert suggested_corrections.open_of(assignment) == second
    with pytest.raises(Conflict, match="replaced"):
        suggested_corrections.accept_suggestion(first, rita, holding(assignment).pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(
            image=assignment.image, author=alice, x=1, y=1, assignment=assignment, boxes=[]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=second.pk).update(closed_at=timezone.now())  # no outcome


def test_what_was_declined_is_told_with_words_and_may_be_suggested_anew(assignment, alice, rita):
    row = suggested_corrections.suggest(assignment, alice, [box(20)])
    with pytest.raises(Invalid, match="cannot be empty"):
        suggested_corrections.decline(row, rita, " ")
    row.refresh_from_db()
    assert row.closed_at is None
    suggested_corrections.decline(row, rita, "The mast counts, too.")

    told = signed_in(alice).get(reverse("own-answers", args=[assignment.round.job.slug])).json()
    [mine] = [entry for entry in told["answers"] if entry["id"] == assignment.pk]
    assert mine["suggestion"] == {"outcome": "declined", "words": "The mast counts, too."}
    assert comments.unread(alice).count() == 1
    again = suggested_corrections.suggest(assignment, alice, [box(30)])
    with pytest.raises(Conflict, match="something else since"):
        suggested_corrections.reopen(row, rita)
    assert suggested_corrections.open_of(assignment) == again


def test_only_finished_answers_of_ones_own_with_other_boxes_are_taken(assignment, job, alice, bob):
    with pytest.raises(Conflict, match="have not submitted"):
        suggested_corrections.suggest(assignment, bob, [box(20)])
    with pytest.raises(Invalid, match="the boxes that you sent"):
        suggested_corrections.suggest(assignment, alice, [box()])
    fresh = claims.claim_next(job, alice, count=1).assignments[0]
    with pytest.raises(Conflict, match="have not submitted"):
        suggested_corrections.suggest(fresh, alice, [box(20)])
    given = answer(fresh, alice)
    with pytest.raises(Conflict, match="can still be changed"):
        suggested_corrections.suggest(given, alice, [box(20)])
    Label.objects.filter(image=assignment.image).update(revoked_at=timezone.now())
    with pytest.raises(Conflict, match="no label now"):
        suggested_corrections.suggest(assignment, alice, [box(20)])


def test_the_annotator_sees_only_own_boxes_and_other_annotators_see_nothing(
    assignment, job, alice, bob, rita
):
    Label.objects.filter(image=assignment.image).update(boxes=[box(77)])
    Assignment.objects.create(
        round=assignment.round,
        image=assignment.image,
        slot=9,
        annotator=bob,
        state="extra",
        boxes=[box(88)],
        submitted_at=timezone.now(),
    )
    page = signed_in(alice).get(reverse("suggest", args=[job.slug, assignment.pk]))
    assert page.status_code == 200
    said = page.context["page_data"]
    assert said["boxes"] == [box()]
    assert "77" not in json.dumps(said["boxes"])

    status, _ = send(signed_in(alice), "post", "suggestion", assignment.pk, {"boxes": [box(20)]})
    assert status == 201
    row = suggested_corrections.open_of(assignment)
    hers = signed_in(alice).get(reverse("comments", args=[assignment.image_id])).json()
    assert hers[0]["suggestion"] == {"boxes": [box(20)], "outcome": "", "label": None}
    assert signed_in(bob).get(reverse("comments", args=[assignment.image_id])).json() == []
    for who in (alice, bob):
        told = {"take": True, "label": holding(assignment).pk}
        assert send(signed_in(who), "put", "suggestion-decision", row.pk, told)[0] in (403, 404)
    [seen] = signed_in(rita).get(reverse("notes", args=[job.slug])).context["page_data"]["threads"]
    assert seen["suggestion"]["label"]["boxes"] == [box(77)]


def test_a_reviewer_who_could_still_draw_the_image_does_not_see_the_boxes(
    assignment, job, alice, rita
):
    suggested_corrections.suggest(assignment, alice, [box(20)])
    join(job, rita, "annotator")
    assert comments.threads(job, rita).count() == 1
    current = job.rounds.get(closed_at=None)
    Assignment.objects.create(round=current, image=assignment.image, slot=1, blank=True)
    assert comments.threads(job, rita).count() == 0


def test_no_suggestion_reaches_a_running_proof(assignment, job, alice, rita, mona):
    row = suggested_corrections.suggest(assignment, alice, [box(20)])
    Audit.objects.create(
        round=assignment.round,
        image=assignment.image,
        kind="certificate",
        position=0,
        predicted=[box()],
    )
    type(assignment.round).objects.filter(pk=assignment.round_id).update(state="AUDITING")
    for who in (rita, mona):
        assert comments.threads(job, who).count() == 0
    with pytest.raises(Conflict, match="running audit"):
        suggested_corrections.accept_suggestion(row, mona, holding(assignment).pk)


def test_reviewers_decide_through_the_api_and_take_it_back(assignment, alice, rita):
    row = suggested_corrections.suggest(assignment, alice, [box(20)])
    client, label = signed_in(rita), holding(assignment)
    decision = ("suggestion-decision", row.pk)
    assert send(client, "put", *decision, {"take": True, "label": label.pk + 1})[0] == 409
    assert send(client, "put", "comment", row.pk, {"closed": True})[0] == 409
    assert send(client, "put", *decision, {"take": False})[0] == 400
    status, thread = send(client, "put", *decision, {"take": True, "label": label.pk})
    assert (status, thread["suggestion"]["outcome"]) == (200, "taken")
    assert send(client, "delete", *decision)[1]["suggestion"]["outcome"] == ""
    assert holding(assignment) == label
    status, thread = send(client, "put", *decision, {"take": False, "text": "No."})
    assert (thread["suggestion"]["outcome"], thread["answers"][0]["text"]) == ("declined", "No.")
    assert send(client, "delete", *decision)[1]["answers"] == []


def test_own_words_are_taken_back_until_they_are_read_or_answered(assignment, job, alice, rita):
    thread = comments.pin(assignment.image, alice, 1, 1, "?")
    told = comments.answer(thread, rita, "Yes")
    assert send(signed_in(alice), "delete", "comment", thread.pk)[0] == 409  # answered
    status, left = send(signed_in(rita), "delete", "comment", told.pk)
    assert (status, left["thread"]["answers"]) == (200, [])
    read = comments.answer(thread, rita, "No")
    comments.mark_seen(assignment.image, alice)
    assert send(signed_in(rita), "delete", "comment", read.pk)[0] == 409
    other = comments.pin(assignment.image, alice, 1, 1, "??")
    assert send(signed_in(rita), "delete", "comment", other.pk)[0] == 404
    assert Comment.objects.filter(pk=other.pk).exists()  # not hers
    assert send(signed_in(alice), "delete", "comment", other.pk) == (200, {"thread": None})
    assert not Comment.objects.filter(pk=other.pk).exists()
