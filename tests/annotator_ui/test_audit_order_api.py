"""A reviewer's number over HTTP: asked for with the plan's digest, answered with a receipt."""

import json

import pytest
from django.test import Client

from labeling.certification.core import seed
from labeling.kernel import digests
from labeling.models import AuditPlan, Certificate
from tests.auditing import NONCE
from tests.factories import join
from tests.labeling.test_audit_order import locked

__all__ = ["locked"]
OTHER = "6f" * 32


@pytest.fixture
def plan(locked, rita, bob, alice, mona) -> AuditPlan:
    """A plan that waits for a number, in a job with two reviewers and a manager."""
    job = locked.round.job
    for who, role in ((rita, "reviewer"), (bob, "reviewer"), (mona, "manager")):
        join(job, who, role)
    return locked


def page(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, locked: AuditPlan, name: str, **body):
    return client.post(
        f"/api/jobs/{locked.round.job.slug}/audits/{name}", body, content_type="application/json"
    )


def test_the_page_is_asked_for_a_number_and_gets_a_receipt_and_checks(plan, rita, bob, eve):
    hers, his = page(rita), page(bob)
    asked = post(hers, plan, "claim", count=1, page="a").json()
    assert asked["audits"] == []
    assert asked["order"] == {"plan": plan.content_digest, "receipt_url": None}
    assert asked["progress"]["decided"] == 0 < asked["progress"]["about"]

    given = post(hers, plan, "nonce", plan=plan.content_digest, nonce=NONCE).json()["receipt"]
    assert seed.is_genuine(given)
    late = post(his, plan, "nonce", plan=plan.content_digest, nonce=OTHER)
    assert (late.status_code, late.json()) == (200, {"receipt": None})

    got = post(hers, plan, "claim", count=1, page="a").json()
    assert len(got["audits"]) == 1 and got["order"]["plan"] is None
    assert json.loads(hers.get(got["order"]["receipt_url"]).content) == given
    assert page(eve).get(got["order"]["receipt_url"]).status_code == 404
    assert post(his, plan, "claim", count=1, page="b").json()["order"]["receipt_url"] is None
    assert his.get(got["order"]["receipt_url"]).status_code == 404


def test_who_does_not_review_gives_no_number(plan, alice, eve, admin_user):
    body = {"plan": plan.content_digest, "nonce": NONCE}
    assert post(page(alice), plan, "nonce", **body).status_code == 403
    assert post(page(eve), plan, "nonce", **body).status_code == 404
    outside = post(page(admin_user), plan, "claim", count=1, page="a").json()
    assert outside["order"]["plan"] is None
    plan.refresh_from_db()
    assert plan.seed == ""


def test_another_plan_or_no_number_is_refused_in_words(plan, rita):
    unknown = post(page(rita), plan, "nonce", plan="00" * 32, nonce=NONCE)
    assert unknown.status_code == 409 and "Reload the page" in unknown.json()["message"]
    wrong = post(page(rita), plan, "nonce", plan=plan.content_digest, nonce="x" * 64)
    assert wrong.status_code == 400 and wrong.json()["where"] == "nonce"


def test_labels_of_a_certificate_are_for_managers(plan, rita, mona, eve):
    paper = {"locked": {"content": plan.content}}
    row = Certificate.objects.create(
        round=plan.round, attempt=1, outcome="not_provable", document=paper, digest="00"
    )
    address = f"/api/certificates/{row.pk}/labels"
    assert page(rita).get(address).status_code == 404
    assert page(eve).get(address).status_code == 404
    lines = page(mona).get(address).content.decode().splitlines()
    fixed = {key: commitment for key, _, commitment, _ in plan.content["candidates"]}
    assert len(lines) == len(fixed) == 12
    for line in map(json.loads, lines):
        found = seed.commitment(plan.server_nonce, line["image"], line["boxes"])
        assert found == fixed[line["image"]]
    assert digests.digest(plan.content) == plan.content_digest
