"""What would help a proof that did not show all it was to show, by its own checks, with numbers."""

import numpy as np

from labeling.certification import locked_plans, standing
from labeling.certification.core import nested_test as proofs
from labeling.certification.core import plan_content
from labeling.certification.core.audit_plan import Plan
from labeling.models import AuditPlan, Certificate

WORTH_ASKING = 400  # checks beyond which labelling the rest costs less


def what_helps(locked: AuditPlan, row: Certificate) -> list[str]:
    """Where not all was shown: what would change it, with numbers from this audit itself."""
    result = row.document["result"]
    content = locked_plans.locked_plan(locked).content
    sets = content["sets"]
    all_shown = result["sets_certified"] == len(sets) and not content.get("left_out")
    if all_shown and row.outcome == "certified":
        return []
    if result["sets_certified"] < result["sets_tested"]:
        return [
            "Look at the images that were also drawn blind: checkers leave near misses and "
            "missed objects once they see boxes. A better detector (more labels) or a lower target "
            "helps, more checks do not."
        ]
    values = [draw["value"] for draw in row.document["draws"]]
    plan = standing.plan_for(locked, values)
    if plan.per_class:
        return _helps_classes(locked, plan, values, plan_content.shown_in(result))
    if len(values) < 2:
        return ["Check more images: too few were judged to say anything."]
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    size, gap = sets[-1]["size"], mean - float(plan.targets[-1])
    advice = []
    if gap > 0:
        more = proofs.draws_wanted(spread, gap, size, plan.level) - len(values)
        if 0 < more <= min(WORTH_ASKING, size - len(values)):
            advice.append(
                f"About {more} more checks: the observed quality {mean:.2f} "
                "lies above the target by too little for these few to prove it."
            )
    provable = proofs.lower_bound(plan, values, len(sets) - 1, plan.level)
    if provable > 0:
        advice.append(
            f"A lower target: with these checks {provable:.2f} would have been shown for all "
            f"{size} images."
        )
    advice.append(
        "More labels: people are labelling the rest now; a later detector learns from them"
        + (", and the observed quality lies below the target." if gap <= 0 else ".")
    )
    return advice


def _helps_classes(
    locked: AuditPlan, plan: Plan, values: list[float], shown: list[int]
) -> list[str]:
    """Of each class that was not shown: what it would have taken."""
    inside, content = plan.holds(len(values)), locked_plans.locked_plan(locked).content
    advice = []
    for rank, part in enumerate(content["sets"]):
        if rank in shown:
            continue
        own = np.array(values)[inside[:, rank]]
        mean = float(own.mean()) if len(own) else 0.0
        words = (
            f"{part['class']}: {len(own)} of {part['size']} images checked, observed {mean:.2f}."
        )
        gap, level = mean - float(plan.targets[rank]), plan.level / len(plan.sizes)
        if gap > 0 and len(own) > 1:
            spread = float(own.std(ddof=1))
            more = proofs.draws_wanted(spread, gap, part["size"], level) - len(own)
            words += f" About {max(1, more)} more checks of this class would show it."
        advice.append(words)
    for name, why in content["left_out"].items():
        advice.append(f"{name}: not put to the proof, for {why}. More labels of it help.")
    return advice
