"""What an audit plan locked, read once in a process: megabytes that every look at a proof needs."""

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from labeling.certification.core import document
from labeling.certification.core.audit_plan import Plan
from labeling.kernel.certificate_shapes import LockedContent, PlanContent
from labeling.models import AuditPlan

KEPT = 8  # proofs of a process, of some megabytes each
BULKY = "candidates"


@dataclass(frozen=True)
class LockedPlan:
    """The content of an audit plan without its list of images, which the plan holds in order."""

    content: PlanContent
    plan: Plan  # with the first budget

    @property
    def images(self) -> int:
        """How many were put to the proof."""
        return len(self.plan.ranks)


def locked_plan(locked: AuditPlan) -> LockedPlan:
    """What never changes of it; its budgets may."""
    return _read(locked.pk, locked.content_digest, locked.seed)


@lru_cache(maxsize=KEPT)
def _read(number: int, digest: str, seed: str) -> LockedPlan:
    """Digest and seed are there so that another database's plan is another key."""
    return read_plan(AuditPlan.objects.values_list("content", flat=True).get(pk=number), seed)


def read_plan(content: LockedContent, seed: str) -> LockedPlan:
    """What these say, read now."""
    plan = document.plan_of({"content": content, "seed": seed, "budgets": [[0, content["budget"]]]})
    known = cast(PlanContent, {k: v for k, v in content.items() if k != BULKY})
    return LockedPlan(known, plan)
