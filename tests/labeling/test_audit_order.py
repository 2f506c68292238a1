"""The order of the checks: from two numbers, drawn once, with a receipt; what stands beside the
file."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from labeling.certification import certificates, order, planning, publication
from labeling.certification.core import evidence, seed, verification
from labeling.kernel import digests
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import Audit, AuditPlan, Certificate
from labeling.review import queue
from tests.auditing import NONCE, at_its_audit, judge_all, round_of
from tests.factories import join, make_images
from tests.labeling.test_locked_plans import closing_round, proposal
from tests.running import Held, run_steps

OTHER = "6f" * 32
FEW = {"training_size": 10, "audit_budget": 20, "blind_checks": True}


@pytest.fixture
def locked(alice, db) -> AuditPlan:
    """A plan of twelve images whose order is still to be drawn, in its audit."""
    round = closing_round(alice)
    planning.lock(round, Held(), proposal(make_images(round.job, 12)))
    type(round).objects.filter(pk=round.pk).update(state="AUDITING")
    return AuditPlan.objects.get()


def test_before_a_reviewer_gives_a_number_no_check_has_a_place(locked):
    assert locked.seed == locked.reviewer_nonce == ""
    assert not Audit.objects.exclude(position=None).exists()
    assert Audit.objects.count() == 12


def test_the_order_follows_from_both_numbers_and_is_drawn_once(locked, rita, bob):
    given = order.draw(locked, rita, NONCE.upper())
    locked.refresh_from_db()
    assert locked.seed == seed.seed_of(locked.server_nonce, NONCE)
    assert seed.nonce_digest(locked.server_nonce) == locked.content["server_nonce_digest"]
    placed = Audit.objects.exclude(position=None).filter(blind=False)
    keys = list(placed.order_by("position").values_list("image__digest", flat=True))
    assert len(keys) == min(12, locked.content["most_checks"])
    assert keys == sorted((k for k, *_ in locked.content["candidates"]), key=_place(locked))[:10]

    assert order.draw(locked, bob, OTHER) is None  # rita was first
    assert order.draw(locked, rita, NONCE) == given  # said twice
    assert seed.is_genuine(given)
    assert given["content_digest"] == locked.content_digest
    assert order.receipt_of(locked, bob) is None


def test_a_budget_raised_above_what_the_rule_may_add_numbers_more_images(alice, rita):
    round = closing_round(alice)
    locked = planning.lock(round, Held(), proposal(make_images(round.job, 30)))
    type(round).objects.filter(pk=round.pk).update(state="AUDITING")
    placed = Audit.objects.filter(blind=False).exclude(position=None)
    order.draw(locked, rita, NONCE)
    assert placed.count() == locked.content["most_checks"] == 10
    before = dict(placed.values_list("position", "image"))

    certificates.raise_budget(round, 25, None)

    assert sorted(placed.values_list("position", flat=True)) == list(range(25))
    assert dict(placed.filter(position__lt=10).values_list("position", "image")) == before
    twins = Audit.objects.filter(blind=True)
    assert len(twins) == len({twin.image_id for twin in twins}) > 0


def _place(locked: AuditPlan):
    from labeling.kernel.sampling import seeded_hash

    return lambda key: seeded_hash(locked.seed, key)


@pytest.mark.parametrize("nonce", ["", "5e", "zz" * 32, NONCE + "0", " " + NONCE[1:]])
def test_a_number_that_is_none_is_refused(locked, rita, nonce):
    with pytest.raises(Invalid, match="64 hexadecimal digits"):
        order.draw(locked, rita, nonce)
    locked.refresh_from_db()
    assert locked.seed == ""


def test_no_order_is_drawn_for_a_round_that_is_not_being_audited(locked, rita):
    type(locked.round).objects.update(state="CALIBRATING")
    with pytest.raises(Conflict):
        order.draw(locked, rita, NONCE)


def test_an_image_without_boxes_cannot_be_told_by_its_commitment():
    mine, other = (seed.commitment(nonce, "00", []) for nonce in ("ab" * 32, "cd" * 32))
    assert mine != other


@pytest.fixture
def concluded(settings, alice, rita, bob):
    """A job's certificate, and the lines of its labels."""
    made = at_its_audit(settings, alice, (rita, bob), 120, **FEW)
    job = next(made)
    judge_all(job, rita, bob)
    run_steps(job)
    row = Certificate.objects.get(round=round_of(job))
    yield row, list(certificates.candidate_labels(row))
    next(made, None)


def test_labels_receipt_and_key_are_checked_with_the_file(concluded, rita, tmp_path, capsys):
    row, labels = concluded
    assert verification.verify(row.document) == []
    plan = AuditPlan.objects.get()
    paper, lines, receipt = (tmp_path / name for name in ("c.json", "l.jsonl", "r.json"))
    paper.write_text(json.dumps(row.document))
    lines.write_text("".join(json.dumps(label) + "\n" for label in labels))
    receipt.write_text(json.dumps(order.receipt_of(plan, rita)))

    call_command("verify_certificate", str(paper))
    told = capsys.readouterr().out
    assert "the labels of images that nobody checked (--labels)" in told
    assert row.digest in told

    key = row.document["signature"]["public_key"]
    call_command(
        "verify_certificate", str(paper), labels=lines, receipt=receipt, key=key, earlier=[]
    )
    told = capsys.readouterr().out
    assert "The labels given are those that were locked before the checks." in told
    assert "(--" not in told

    changed = copy.deepcopy(labels)
    changed[0]["boxes"] = []
    lines.write_text("".join(json.dumps(label) + "\n" for label in changed))
    with pytest.raises(CommandError, match="Line 1 of the labels: the boxes of"):
        call_command("verify_certificate", str(paper), labels=lines)
    lines.write_text("[1")
    with pytest.raises(CommandError, match="cannot be read as lines of JSON"):
        call_command("verify_certificate", str(paper), labels=lines)
    lines.write_text("[1]\n")
    with pytest.raises(CommandError, match="A file given is incomplete"):
        call_command("verify_certificate", str(paper), labels=lines)


def test_other_labels_receipts_and_keys_are_noticed(concluded, rita, settings):
    row, labels = concluded
    paper = row.document
    assert evidence.label_faults(paper, labels) == []
    assert "lack 1 of" in evidence.label_faults(paper, labels[1:])[0]
    assert "comes twice" in evidence.label_faults(paper, [labels[0], *labels])[0]
    stranger = {"image": "ee" * 32, "boxes": []}
    assert "was not put to the proof" in evidence.label_faults(paper, [stranger])[0]

    plan = AuditPlan.objects.get()
    given = order.receipt_of(plan, rita)
    assert evidence.receipt_faults(paper, given) == []
    assert "was changed" in evidence.receipt_faults(paper, {**given, "job": "x"})[0]
    plan.reviewer_nonce = OTHER
    assert "another number" in evidence.receipt_faults(paper, order.receipt_of(plan, rita))[0]
    plan.content_digest = "00" * 32
    assert "another plan" in evidence.receipt_faults(paper, order.receipt_of(plan, rita))[0]
    settings.SIGNING_KEY = "22" * 32
    plan = AuditPlan.objects.get()
    assert "different keys" in evidence.receipt_faults(paper, order.receipt_of(plan, rita))[0]
    assert evidence.key_faults(paper, "00" * 32)[0].startswith("The certificate is signed by")


def test_the_chain_of_attempts_is_checked_with_the_files_of_those_before(concluded):
    paper = concluded[0].document
    later, told = copy.deepcopy(paper), paper["locked"]["content_digest"]
    later["about"]["earlier_attempts"] = [
        {"round": 5, "level": 0.05, "content_digest": told, "certificate": paper["digest"]}
    ]
    assert evidence.earlier_faults(later, [paper]) == []
    assert "1 earlier certificates are named" in evidence.earlier_faults(later, [])[0]
    other = {**paper, "digest": digests.digest("other")}
    assert "round 5 is not among" in evidence.earlier_faults(later, [other])[0]


def test_digests_are_mailed_to_those_who_review(settings, locked, rita, alice, mailoutbox):
    job = locked.round.job
    join(job, rita, "reviewer")
    type(rita).objects.filter(pk=rita.pk).update(email="rita@example.org")
    type(alice).objects.filter(pk=alice.pk).update(email="alice@example.org")
    publication.mail_plan(locked)
    assert mailoutbox == []  # no mail server is set
    settings.EMAIL_HOST = "mail.example.org"
    publication.mail_plan(locked)
    assert mailoutbox[0].bcc == ["rita@example.org"]
    assert locked.content_digest in mailoutbox[0].body
    assert job.events.filter(kind="digest_mailed").exists()


def test_a_mail_server_that_is_away_stops_no_proof(settings, locked, rita, monkeypatch):
    def away(self):
        raise ConnectionRefusedError("no server")

    settings.EMAIL_HOST = "mail.example.org"
    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    join(locked.round.job, rita, "reviewer")
    type(rita).objects.filter(pk=rita.pk).update(email="rita@example.org")
    publication.mail_plan(locked)
    assert locked.round.job.events.get(kind="digest_not_mailed").data["error"] == "no server"


def test_until_the_order_is_drawn_nobody_gets_a_check(locked, rita):
    job = locked.round.job
    join(job, rita, "reviewer")
    assert queue.claim_next(job, rita) == []
    assert order.undrawn_plan(job) == locked
    order.draw(locked, rita, NONCE)
    assert order.undrawn_plan(job) is None
    assert queue.claim_next(job, rita)
