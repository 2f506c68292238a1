"""Before a blind drawing is stored no reply to its checker holds a box of the label."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling.assignments import held
from labeling.jobs import accounts
from labeling.models import Audit, Label
from labeling.review import queue
from tests import fakes
from tests.auditing import at_its_audit, round_of
from tests.factories import box, join
from tests.programs import Program

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = (13.75, 21.64, 58.29, 61.48)  # no page has these numbers by chance
EDGE = re.compile(r"\b(13\.75|21\.64|58\.29|61\.48)")


def sight(path):
    return SEEN, fakes.score_of(path)


def drawn(assignment):
    return [dict(zip(("class_id", "x1", "y1", "x2", "y2"), (0, 14, 22, 58, 61), strict=True))]


@pytest.fixture
def closing(settings, alice, rita, bob):
    """A certified job at its audit, all checks blind; rita may see in the admin all that managers
    may."""
    for job in at_its_audit(
        settings,
        alice,
        (rita, bob),
        120,
        sight=sight,
        boxes=drawn,
        training_size=10,
        audit_budget=20,
        blind_checks=True,
    ):
        join(job, rita, "manager")
        accounts.make_project_admin(rita)
        yield job


@pytest.fixture
def checker(rita):
    client = Client()
    client.force_login(rita)
    return client


def send(client, method, name, pk, **body):
    return getattr(client, method)(reverse(name, args=[pk]), body, content_type="application/json")


def claimed(client, job) -> list:
    return send(client, "post", "audit-claim", job.slug, page="p").json()["audits"]


def test_no_reply_before_the_drawing_holds_a_box_of_the_label(closing, checker):
    audit = claimed(checker, closing)[0]
    row = Audit.objects.get(pk=audit["id"])
    assert EDGE.search(str(row.predicted))
    pages = ("review", "review-grid", "review-disagreements", "history", "notes", "job", "report")
    asked = [
        *(reverse(name, args=[closing.slug]) for name in pages),
        *(
            reverse(name, args=[closing.slug])
            for name in ("grid", "disagreements-list", "snapshot")
        ),
        f"{reverse('grid', args=[closing.slug])}?source=any&looked_at=true",
        *(reverse(name, args=[row.image_id]) for name in ("comments", "compare-labels")),
        reverse("admin:labeling_audit_change", args=[row.pk]),
        reverse("admin:labeling_audit_changelist"),
        reverse("admin:labeling_round_change", args=[round_of(closing).pk]),
        reverse("admin:labeling_image_change", args=[row.image_id]),
        reverse("admin:labeling_event_changelist"),
    ]
    for address in asked:
        reply = checker.get(address)
        assert reply.status_code in (200, 409), address
        assert not EDGE.search(reply.content.decode()), address
    for reply in (
        send(checker, "post", "audit-renew", row.pk, page="p"),
        send(checker, "put", "verdict", row.pk, verdict="approved"),
        send(checker, "put", "verdict", row.pk, verdict="corrected", boxes=[box()]),
        send(checker, "put", "drawing", row.pk, boxes=[{**box(), "x2": 0}]),
    ):
        assert not EDGE.search(reply.content.decode())

    revealed = send(checker, "put", "drawing", row.pk, boxes=[], page="p").json()["revealed"]
    assert SEEN in [(b["x1"], b["y1"], b["x2"], b["y2"]) for b in revealed]
    assert not any("score" in b for b in revealed)
    # nor does a verdict tell afterwards which of them were the label's: it may be taken back
    reply = send(checker, "put", "verdict", row.pk, verdict="corrected", boxes=revealed)
    assert reply.json()["shown"] == {"confidence": None, "threshold": None, "boxes": []}
    assert "honeypot" not in reply.content.decode()


def test_the_admin_shows_boxes_of_checks_once_the_audit_is_over(closing, checker):
    audit = claimed(checker, closing)[0]
    send(checker, "put", "drawing", audit["id"], boxes=[])
    send(checker, "put", "verdict", audit["id"], verdict="corrected", boxes=[])
    address = reverse("admin:labeling_audit_change", args=[audit["id"]])
    assert not EDGE.search(checker.get(address).content.decode())
    closing.rounds.filter(purpose="closing").update(state="ACCEPTING")
    assert EDGE.search(checker.get(address).content.decode())


def test_after_the_drawing_a_reload_goes_on_where_it_was(closing, checker):
    audit, *others = claimed(checker, closing)
    reply = send(checker, "put", "drawing", audit["id"], boxes=[box(100)], page="p")
    again, *rest = claimed(checker, closing)
    assert again["id"] == audit["id"]
    assert (again["drawn"], again["revealed"]) == ([box(100)], reply.json()["revealed"])
    assert again["boxes"] == []
    assert all(one["drawn"] is one["revealed"] is None for one in [*others, *rest])
    page = checker.get(reverse("review", args=[closing.slug])).content.decode()
    assert not EDGE.search(page)  # the page asks for its checks itself


def test_what_could_not_be_judged_without_a_drawing_tells_nothing_and_can_be_drawn_later(
    closing, checker
):
    audit = claimed(checker, closing)[1]
    reply = send(checker, "put", "verdict", audit["id"], verdict="unjudgeable")
    assert reply.json()["shown"] == {"confidence": None, "threshold": None, "boxes": []}
    assert not EDGE.search(reply.content.decode())
    opened = send(checker, "delete", "verdict", audit["id"])
    assert opened.json()["audit"]["drawn"] is None
    assert not EDGE.search(opened.content.decode())
    assert send(checker, "put", "drawing", audit["id"], boxes=[]).json()["revealed"]


def test_others_can_neither_send_a_drawing_nor_learn_what_one_revealed(closing, checker, bob):
    audit = claimed(checker, closing)[0]
    other = Client()
    other.force_login(bob)
    assert send(other, "put", "drawing", audit["id"], boxes=[]).status_code == 404
    send(checker, "put", "drawing", audit["id"], boxes=[])
    reply = send(other, "put", "drawing", audit["id"], boxes=[])
    assert reply.status_code == 404 and not EDGE.search(reply.content.decode())


def test_who_may_not_draw_what_is_left_is_told_why(closing, checker, rita, bob):
    audit = claimed(checker, closing)[0]
    Audit.objects.exclude(pk=audit["id"]).delete()
    send(checker, "put", "drawing", audit["id"], boxes=[])
    Audit.objects.filter(pk=audit["id"]).update(
        lease_expires_at=timezone.now() - timedelta(hours=1)
    )
    assert queue.claim_next(closing, bob, count=1)[0].drawn is None
    held.free_checks(closing, bob)
    reply = send(checker, "post", "audit-claim", closing.slug, page="p").json()
    assert reply["audits"] == []
    assert "another reviewer has to draw them" in reply["queue"]["message"]


def test_a_second_other_drawing_is_a_conflict_in_words(closing, checker):
    audit = claimed(checker, closing)[0]
    send(checker, "put", "drawing", audit["id"], boxes=[])
    reply = send(checker, "put", "drawing", audit["id"], boxes=[box()])
    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert "That one counts" in reply.json()["message"]
    refused = send(checker, "put", "verdict", audit["id"], verdict="corrected", boxes=[box()])
    assert (refused.status_code, refused.json()["where"]) == (400, "boxes[0]")


def test_no_program_unblinds_a_running_audit(closing, rita):
    program = Program(rita)
    audit = Audit.objects.filter(round=round_of(closing), position=0).get()
    image = audit.image_id
    Label.objects.create(  # as one that held once, and ended
        image=audit.image, source="auto", boxes=audit.predicted, revoked_at=timezone.now()
    )
    lists = ("snapshot", "images", "labels", "audits", "rounds", "events", "classes")
    replies = [program.send("get", name, closing.slug) for name in lists]
    replies += [program.send("get", name, image) for name in ("image", "image-labels")]
    replies += [
        program.send("get", name, closing.slug, image=image) for name in ("labels", "predictions")
    ]
    replies.append(program.send("get", "label", audit.image.labels.get().pk))
    assert [reply.status_code for reply in replies].count(409) == 2
    for reply in replies:
        assert not EDGE.search(reply.content.decode()), reply.request["PATH_INFO"]
    told = [row["image"] for row in program("get", "predictions", closing.slug)["items"]]
    assert told  # of images that people labelled
    assert not set(told) & set(closing.images.unlabeled().values_list("pk", flat=True))


def test_programs_get_verdicts_once_the_audit_is_over(closing, checker, rita):
    audit = claimed(checker, closing)[0]
    send(checker, "put", "drawing", audit["id"], boxes=[])
    send(checker, "put", "verdict", audit["id"], verdict="corrected", boxes=[])
    program = Program(rita)

    def told():
        rows = program("get", "audits", closing.slug, kind="certificate")["items"]
        return next(row for row in rows if row["id"] == audit["id"])

    hidden = ("verdict", "value", "confidence", "reviewer", "decided_at", "reason")
    assert {told()[name] for name in hidden} == {None}
    closing.rounds.filter(purpose="closing").update(state="ACCEPTING")
    assert (told()["verdict"], told()["reviewer"]) == ("corrected", "rita")
    assert program("get", "labels", closing.slug)["items"]


def test_an_image_has_predictions_for_programs_once_it_has_its_label(closing, rita):
    closing.rounds.filter(purpose="closing").update(state="ACCEPTING")
    program = Program(rita)
    image = closing.images.unlabeled().filter(predictions__isnull=False).first()
    assert program("get", "predictions", closing.slug, image=image.pk)["items"] == []
    Label.objects.create(image=image, source="human", boxes=[])
    rows = program("get", "predictions", closing.slug, image=image.pk)["items"]
    assert rows
    assert EDGE.search(str(rows))
