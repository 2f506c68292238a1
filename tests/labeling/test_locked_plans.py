"""The audit plan: what is written at once and what in parts, and what a second one may still
leave."""

from dataclasses import replace

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.assignments import claims
from labeling.certification import order, planning, standing
from labeling.certification.core import document
from labeling.certification.core.expected import expected_of
from labeling.certification.planning import Candidate, Proposal
from labeling.kernel.boxes import pack
from labeling.models import (
    Assignment,
    Audit,
    AuditPlan,
    Certificate,
    Image,
    Label,
    Round,
    RoundSettings,
)
from tests.auditing import NONCE, prefix
from tests.factories import ALONE, box, join, make_images, make_job
from tests.running import Held

pytestmark = pytest.mark.django_db


def closing_round(alice, **fields) -> Round:
    job = make_job(**{**ALONE, "acceptance": "certified", **fields})
    join(job, alice, "annotator")
    job.state = "running"
    job.save()
    return next_closing(job, 1)


def next_closing(job, number: int) -> Round:
    settings = replace(RoundSettings.of_job(job), size=10)
    return Round.objects.create(
        job=job, number=number, purpose="closing", state="CALIBRATING", settings=settings
    )


def proposal(images: list[Image], checks: int = 5) -> Proposal:
    seen, known = pack([box()]), expected_of(np.full(2, 0.8), np.array([0.9, 0.7]))
    candidates = [
        Candidate(image.pk, image.digest, i % 2, (0.9, 0.7)[i % 2], seen)
        for i, image in enumerate(images)
    ]
    return Proposal(candidates, [0.8, 0.5], [known] * 2, checks, {})


def test_a_lock_that_was_killed_writes_all_checks_when_run_again(alice, rita, monkeypatch):
    monkeypatch.setattr(planning, "ROWS", 10)
    round = closing_round(alice)
    images = make_images(round.job, 40)

    with pytest.raises(KeyboardInterrupt):
        planning.lock(round, Held(dies_in=4), proposal(images))
    locked = AuditPlan.objects.get(round=round)
    assert Audit.objects.filter(round=round, blind=False).count() == 20

    # one of them was taken out meanwhile, and is proposed no more
    planning.write_audits(locked, Held(), proposal(images[:39]).candidates)
    rows = Audit.objects.filter(round=round, blind=False).order_by("position")
    assert {row.image_id for row in rows} == {image.pk for image in images[:39]}
    drawn(round, rita)
    locked.refresh_from_db()
    places = document.order_of(locked.content, locked.seed)
    keys = [locked.content["candidates"][i][0] for i in places[:10]]
    assert {row.position: row.image.digest for row in rows.all() if row.position is not None} == {
        place: key for place, key in enumerate(keys) if key != images[39].digest
    }


def drawn(round: Round, who) -> None:
    """Its audit begins: a reviewer's number gives the order."""
    Round.objects.filter(pk=round.pk).update(state="AUDITING")
    order.draw(AuditPlan.objects.get(round=round), who, NONCE)


def test_an_image_in_someones_hands_stays_outside_and_keeps_its_other_assignments(alice):
    round = closing_round(alice)
    images = make_images(round.job, 12)
    for image in images[:4]:
        Assignment.objects.create(round=round, image=image, slot=1)
    held = claims.claim_next(round.job, alice, count=1).assignments[0].image
    Assignment.objects.create(round=round, image=held, slot=2)

    locked = planning.lock(round, Held(), proposal(images))

    assert held.digest not in {key for key, *_ in locked.content["candidates"]}
    assert Assignment.objects.get(round=round, image=held, slot=2).state == "open"
    others = Assignment.objects.filter(round=round).exclude(image=held)
    assert set(others.values_list("state", flat=True)) == {"withdrawn"}


def test_a_look_at_a_proof_reads_only_what_was_checked(alice, rita):
    round = closing_round(alice)
    planning.lock(round, Held(), proposal(make_images(round.job, 60)))
    drawn(round, rita)
    first = Audit.objects.filter(round=round, position=0, blind=False)
    first.update(value=1.0, boxes=[box()])
    standing.needed(round)  # what was locked is read once

    with CaptureQueriesContext(connection) as seen:
        assert len(prefix(round)) == 1
        assert standing.needed(round) == 5
    assert all('"content"' not in query["sql"] for query in seen)
    assert any('"position" < 1' in query["sql"] for query in seen)


def test_a_second_proof_of_the_whole_data_set_may_leave_only_what_the_first_did_not(alice):
    """200 images at .8 may lack 40 in all. The first 100 may lack them all; for 100 more images,
    which may lack 20 of their own, the second set must make up for what is granted."""
    round = closing_round(alice, guarantee="dataset", target_quality=0.8)
    job, first = round.job, make_images(round.job, 200)
    locked = planning.lock(round, Held(), proposal(first[:100]))
    assert locked.content["sets"][-1]["target"] == pytest.approx(0.6)

    paper = {"locked": {"content": locked.content}, "result": {"sets_certified": 2}}
    Certificate.objects.create(round=round, attempt=1, outcome="certified", document=paper)
    for image in first[:100]:
        Label.objects.create(image=image, round=round, source="auto", boxes=[box()])
    for image in first[100:]:
        Label.objects.create(image=image, source="human", boxes=[box()])
    Round.objects.filter(pk=round.pk).update(state="CLOSED", closed_at=round.opened_at)
    again = planning.lock(next_closing(job, 2), Held(), proposal(make_images(job, 100, intake=1)))

    assert again.content["granted"] == pytest.approx(40)
    assert again.content["sets"][-1]["target"] == pytest.approx(0.8)


def test_a_place_without_a_row_ends_what_counts(alice, rita):
    """Values behind it would be read as those of other images."""
    round = closing_round(alice)
    locked = planning.lock(round, Held(), proposal(make_images(round.job, 12)))
    drawn(round, rita)
    locked.refresh_from_db()
    rows = Audit.objects.filter(round=round, blind=False)
    rows.update(value=1.0, boxes=[box()])
    assert len(prefix(round)) == 10
    rows.get(position=7).delete()
    assert [audit.position for audit in prefix(round)] == list(range(7))
    assert len(standing.standing(locked).values) == 7
