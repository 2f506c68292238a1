"""The file of a certificate: its order, and what it proves."""

import copy
import json

import pytest

from labeling.certification.core import audit_plan, verification
from labeling.kernel import sampling, signatures
from tests import papers
from tests.labeling.conftest import nearly_perfect

EARLIER = {"round": 3, "level": 0.05, "content_digest": "00", "certificate": None}


def test_the_order_is_a_function_of_seed_and_image_alone():
    keys = [f"{i:064x}" for i in range(50)]
    order = audit_plan.audit_order(keys, "seed")
    shuffled = list(reversed(keys))

    assert [keys[i] for i in order] == [
        shuffled[i] for i in audit_plan.audit_order(shuffled, "seed")
    ]
    assert order != audit_plan.audit_order(keys, "other")


def test_about_one_image_in_five_is_drawn_blind():
    blind = sum(sampling.drawn_blind(f"{i:064x}", "s") for i in range(2000))
    assert 320 < blind < 480


def test_a_certificate_recomputes_from_its_file(paper):
    again = json.loads(json.dumps(paper))

    assert verification.verify(again) == []
    assert again["result"]["outcome"] == "certified"
    assert again["result"]["certified_images"] == 60


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d["about"].update(job="y"), "changed"),
        (lambda d: d["draws"][0].update(value=1.0), "does not follow from its boxes"),
        (lambda d: d["draws"].pop(0), "not the image"),
        (lambda d: d["locked"]["content"].update(target=0.5), "locked part"),
        (lambda d: d["locked"].update(seed="cd" * 32), "order"),
        (lambda d: d["result"].update(certified_images=99), "does not follow"),
        (lambda d: d["draws"][3].pop("value"), "$.draws[3]: 'value' is a required property"),
        (lambda d: d["locked"].pop("seed"), "$.locked: 'seed' is a required property"),
        (lambda d: d["draws"][0]["boxes"][0].update(x1="11"), "boxes[0].x1: '11' is not of type"),
        (lambda d: d.update(more=1), "'more' was unexpected"),
        (lambda d: d["locked"].update(budgets=[[0, 40]]), "The first budget"),
        (lambda d: d["locked"]["budgets"].append([20, 25]), "A budget was lowered"),
        (lambda d: d["locked"]["budgets"].append([31, 60]), "not in the file"),
        (lambda d: d["about"]["earlier_attempts"].append({}), "required property"),
        (lambda d: d["about"]["earlier_attempts"].append(EARLIER), "not as many"),
        (lambda d: d["locked"].update(server_nonce="ef" * 32), "The server's number"),
        (lambda d: d["locked"].update(reviewer_nonce="ef" * 32), "The seed does not follow"),
        (
            lambda d: d["draws"][0].update(predicted=d["draws"][0]["boxes"]),
            "Draw 1: the label's boxes are not those that were locked",
        ),
        (lambda d: d["locked"]["content"]["sets"][0].update(size=10), "The sizes"),
        (lambda d: d["locked"]["content"]["sets"][0].update(target=0.5), "A set's target"),
        (lambda d: d["locked"]["content"]["sets"][1].update(threshold=0.8), "not in the set"),
        (lambda d: d["locked"]["content"]["sets"][0].update(threshold=0.6), "not in the set"),
        (lambda d: [s.pop("expected") for s in d["locked"]["content"]["sets"]], "bets start"),
    ],
)
def test_a_changed_certificate_is_noticed_even_if_its_digest_is_made_anew(paper, change, fault):
    if fault == "changed":
        forged = copy.deepcopy(paper)
        change(forged)
    else:
        forged = papers.again(paper, change)

    assert any(fault in said for said in verification.verify(forged))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"level": 0.1}, "The level"),
        ({"attempt": 2, "level": 0.016}, "not as many"),
        ({"previous": "00"}, "The attempt before"),
        ({"server_nonce_digest": "00"}, "The server's number"),
    ],
)
def test_a_plan_that_does_not_follow_its_own_rules_is_noticed(change, fault):
    forged = papers.make(papers.content(**change), nearly_perfect)
    assert any(fault in said for said in verification.verify(forged))


def test_a_certificate_that_another_key_signed_is_noticed(paper):
    paper["signature"]["public_key"] = signatures.sign("22" * 32, "x")["public_key"]
    assert verification.verify(paper) == ["The signature is not that of its key for this document."]
