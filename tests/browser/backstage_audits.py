"""What browser tests make and read of audits; called by the backstage."""

import itertools
from typing import Any

from django.contrib.auth import get_user_model

from labeling.certification import order
from labeling.certification.core import document
from labeling.certification.core.seed import seed_of
from labeling.kernel.sampling import checked_by_honeypot
from labeling.models import Audit, AuditPlan, Job, Label
from labeling.review import drawings, queue
from labeling.review import verdicts as verdicts_of


def verdicts(slug: str) -> list[dict[str, Any]]:
    """What reviewers have decided, in the order it came."""
    rows = Audit.objects.filter(round__job__slug=slug).decided().order_by("decided_at")
    return [
        {
            "by": row.reviewer.username,
            "verdict": row.verdict,
            "reason": row.reason,
            "blind": row.blind,
            "boxes": row.boxes,
            "predicted": row.predicted,
            "auto": Label.objects.active().auto().filter(image=row.image).exists(),
        }
        for row in rows.select_related("reviewer", "image")
    ]


def honeypots(slug: str, asked: list[bool]) -> None:
    """Draw an order of the checks in which just these of the first ones have a honeypot."""
    made = Job.objects.get(slug=slug)
    plan = AuditPlan.objects.get(round__job=made)

    def fits(nonce: str) -> bool:
        drawn = seed_of(plan.server_nonce, nonce)
        places = document.order_of(plan.content, drawn)[: len(asked)]
        keys = [plan.content["candidates"][place][0] for place in places]
        return [checked_by_honeypot(key, drawn) for key in keys] == asked

    nonce = next(n for n in (f"{i:064x}" for i in itertools.count()) if fits(n))
    order.draw(plan, made.members.filter(role="reviewer")[0].user, nonce)


def drawn(slug: str) -> list[list[dict[str, Any]]]:
    """The stored drawings of blind checks, in the order of the checks."""
    rows = Audit.objects.filter(round__job__slug=slug, drawn__isnull=False)
    return [row.drawn for row in rows.order_by("position")]


def judge(slug: str, name: str, most: int) -> int:
    """Let a person check auto-labels: each third as it is, moved, and with a box more."""
    made = Job.objects.get(slug=slug)
    user = get_user_model().objects.get(username=name)
    done = 0
    if plan := order.undrawn_plan(made):
        order.draw(plan, user, 32 * "5e")
    while done < most and (held := queue.claim_next(made, user, count=1)):
        audit = held[0]
        boxes = [{k: v for k, v in box.items() if k != "score"} for box in audit.predicted]
        if done % 3 == 1:
            boxes = [{**box, "x1": box["x1"] + 3} for box in boxes]
        elif done % 3 == 2:
            boxes.append({"class_id": 0, "x1": 200, "y1": 150, "x2": 280, "y2": 210})
        verdict = "approved" if done % 3 == 0 else "corrected"
        if audit.drawn_blind:
            drawings.store(audit, user, boxes)
        verdicts_of.decide(audit, user, verdict=verdict, boxes=boxes, active_ms=2000)
        done += 1
    return done
