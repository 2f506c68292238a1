"""The report: what it says of a certificate, and what would help where nothing could be shown."""

import dataclasses

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from labeling.certification import locked_plans
from labeling.certification.core.expected import expected_of
from labeling.models import Audit, AuditPlan, Certificate, Label
from labeling.reports.advice import what_helps
from labeling.review import queue
from tests.auditing import give, judge_all
from tests.factories import answer, box, join
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)


def finish(job, alice, reviewers, **judged):
    """Audit, then let people do the rest."""
    from labeling.assignments import claims

    judge_all(job, *reviewers, **judged)
    for _ in range(60):
        run_steps(job)
        job.refresh_from_db()
        if job.state == "complete":
            return
        for assignment in claims.claim_next(job, alice).assignments:
            answer(assignment, alice)


def page_of(job, user):
    browser = Client()
    browser.force_login(user)
    return browser.get(reverse("report", args=[job.slug]))


def test_a_certified_job_tells_what_was_shown_and_how(closing, alice, rita, bob, mona):
    join(closing, mona, "manager")
    finish(closing, alice, (rita, bob))
    assert judge_all(closing, rita, bob) > 0  # the monitoring sample

    found = page_of(closing, mona).context["page_data"]["report"]
    names = dict(found["facts"])
    paper = Certificate.objects.get(round__job=closing)
    checked = paper.document["result"]["audited"]
    assert names["Audited at random"] == f"{checked} images, 40 planned"
    assert names["Certificate file"] == paper.digest[:12]
    assert found["sets"][0]["shown"]
    assert found["help"] == []
    assert "mean quality of at least" in found["rest"]
    assert "drawn blind" in found["blind"]
    assert found["about"]["images"] == 170
    labelled = Label.objects.active().exclude(source="auto").filter(image__job=closing)
    looked = Audit.objects.decided().filter(round__job=closing, kind="monitoring").count()
    assert looked > 0
    assert found["about"]["seen"] == labelled.count() + looked
    checks = found["checked"]
    assert (checks["checked"], checks["proof"]) == (checked, True)
    kinds = ("same", "moved", "missed", "false", "unjudged")
    assert sum(checks[kind] for kind in kinds) >= checked
    assert 0 < len(checks["worst"]) <= 10 or checks["same"] == checked
    assert [row["value"] for row in checks["worst"]] == sorted(r["value"] for r in checks["worst"])
    assert len(found["confident"]["auto"]) == 5


def document(values, outcome="not_provable", shown=0):
    """A certificate's skeleton."""
    draws = [{"value": value} for value in values]
    certified = shown if outcome == "certified" else 0
    result = {"sets_tested": shown, "sets_certified": certified}
    return Certificate(outcome=outcome, document={"result": result, "draws": draws})


def test_only_managers_see_how_a_running_proof_stands(closing, alice, rita, mona, client):
    join(closing, mona, "manager")
    for audit in queue.claim_next(closing, rita, count=3):
        boxes = [box()] if audit.blind else None
        give(audit, rita, "corrected" if boxes else "approved", boxes)

    def seen_by(user):
        client.force_login(user)
        snapshots = [
            client.get(f"/api/jobs/{closing.slug}/snapshot").json(),
            client.get(reverse("job", args=[closing.slug])).context["page_data"]["snapshot"],
        ]
        if user != alice:
            snapshots.append(page_of(closing, user).context["page_data"]["snapshot"])
        return [(s["audit"], s["histogram"] and s["histogram"]["auto_mean"]) for s in snapshots]

    for audit, mean in seen_by(mona):
        assert audit["observed"] == mean == 1.0
        assert audit["path"] and "Not shown yet" in audit["sentence"]
    for user in (rita, alice):
        for audit, mean in seen_by(user):
            assert audit["observed"] is audit["bound"] is audit["approved"] is mean is None
            assert audit["path"] == []
            assert audit["decided"] == 3
            assert "sways nobody" in audit["sentence"]


@pytest.fixture
def unsaved(monkeypatch):
    """audit plans that no database holds."""
    monkeypatch.setattr(
        locked_plans,
        "locked_plan",
        lambda locked: locked_plans.read_plan(locked.content, locked.seed),
    )


def locked(target=0.6, size=400, budget=60):
    """An audit plan of one set."""
    keys = [[f"{i:04}", 0, "", 0.7] for i in range(size)]
    content = {
        "candidates": keys,
        "sets": [
            {
                "threshold": 0.5,
                "size": size,
                "target": target,
                "expected": expected_of(np.full(2, 0.7), np.array([0.9, 0.36])),
            }
        ],
        "target": target,
        "level": 0.1,
        "budget": budget,
        "most_checks": budget,
        "guarantee": "quality",
        "drawn_blind": False,
    }
    return AuditPlan(content=content, seed="seed", budgets=[[0, budget]])


@pytest.mark.usefixtures("unsaved")
def test_slightly_better_than_the_target_more_checks_help():
    values = [0.9, 0.36] * 30  # mean .63
    said = " ".join(what_helps(locked(), document(values)))
    assert "more checks" in said
    assert "A lower target: with these checks 0." in said


@pytest.mark.usefixtures("unsaved")
def test_below_the_target_no_number_of_checks_is_guaranteed():
    said = " ".join(what_helps(locked(), document([0.5] * 60)))
    assert "more checks" not in said
    assert "below the target" in said


@pytest.mark.usefixtures("unsaved")
def test_a_lower_target_named_would_indeed_have_been_shown():
    from labeling.certification.core import document as papers
    from labeling.certification.core import nested_test

    values = [0.9, 0.36] * 30
    plan_row = locked()
    advice = what_helps(plan_row, document(values))
    named = float(next(a for a in advice if a.startswith("A lower")).split("checks ")[1][:4])
    plan = papers.plan_of(
        {"content": plan_row.content, "seed": plan_row.seed, "budgets": plan_row.budgets}
    )
    lower = dataclasses.replace(plan, targets=plan.targets * 0 + named - 0.005)
    assert nested_test.run_test(lower, values).complete


@pytest.mark.usefixtures("unsaved")
def test_all_shown_needs_no_help_and_a_refusal_names_the_blind_images():
    assert what_helps(locked(), document([1.0] * 60, "certified", 1)) == []
    assert "blind" in what_helps(locked(), document([1.0] * 60, "refused", 1))[0]


def test_a_job_without_any_round_has_a_report(job, mona):
    data = page_of(job, mona).context["page_data"]["report"]
    assert data["facts"] == data["help"] == data["sets"] == []
    assert data["about"]["boxes"] == 0


def test_annotators_do_not_see_the_report(job, alice):
    assert page_of(job, alice).status_code == 403


def test_every_proof_of_the_job_is_told_the_latest_first(closing, alice, rita, bob, mona):
    join(closing, mona, "manager")
    finish(closing, alice, (rita, bob), verdict=lambda a: ("corrected", [box(120, 80, 40)]))
    judge_all(closing, rita, bob, verdict=lambda a: ("corrected", [box(120, 80, 40)]))
    run_steps(closing)

    found = page_of(closing, mona).context["page_data"]["report"]
    first, second = Certificate.objects.filter(round__job=closing).order_by("attempt")
    assert [(p["attempt"], p["status"], p["level"]) for p in found["earlier"]] == [
        (1, "not_provable", 0.08)
    ]
    assert found["earlier"][0]["audited"] == first.document["result"]["audited"]
    assert found["earlier"][0]["url"] == f"/api/certificates/{first.pk}/file"
    assert "attempt 2" in found["attempts"] and second.digest[:12] in dict(found["facts"]).values()


@pytest.mark.parametrize(
    ("state", "role", "linked"),
    [
        ("complete", "reviewer", True),
        ("complete", "annotator", False),
        ("running", "manager", False),
    ],
)
def test_the_home_page_leads_to_the_report_of_a_complete_job(job, eve, state, role, linked):
    job.state = state
    job.save()
    join(job, eve, role)
    browser = Client()
    browser.force_login(eve)

    (card,) = browser.get("/").context["page_data"]["jobs"]
    assert card["report_url"] == (reverse("report", args=[job.slug]) if linked else None)
