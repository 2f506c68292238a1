"""Numbers that a job starts from: ours, ours with the fewest labels, and Ground Truth's."""

from typing import Any

from labeling.models import Job

# The training images judge the detector, out of fold. Birds at .75, one job each: 268 images by
# people instead of 368 with 90 validation images beside them; 324 with a first training of 150.
# Since nothing is labelled ahead of the first detector: 262 and 248, for half the machine's time.
PRESETS: dict[str, dict[str, Any]] = {
    Job.Preset.BOXWISE: {
        "pilot_size": 10, "validation_size": 0, "training_size": 100, "batch_size": 150,
        "ahead_percent": 20, "mode": "adaptive", "annotators_per_image": 3, "error_limit": 0.25,
        "acceptance": "certified", "promise": "quality", "checks_from_blank": True,
        "target_quality": 0.6, "risk": 0.10, "audit_budget": 120, "suggestions": True,
        "consolidation": "em",
    },
    # With many classes or small objects too little to learn from.
    Job.Preset.LEAN: {
        "pilot_size": 10, "validation_size": 0, "training_size": 60, "batch_size": 150,
        "ahead_percent": 0, "mode": "adaptive", "annotators_per_image": 3, "error_limit": 0.25,
        "acceptance": "certified", "promise": "quality", "checks_from_blank": False,
        "target_quality": 0.6, "risk": 0.10, "audit_budget": 120, "suggestions": True,
        "consolidation": "em",
    },
    Job.Preset.GROUND_TRUTH: {
        "pilot_size": 10, "validation_size": 190, "training_size": 200, "batch_size": 200,
        "ahead_percent": 0, "mode": "independent", "annotators_per_image": 5, "error_limit": 0.25,
        "acceptance": "per_round", "promise": "quality", "checks_from_blank": False,
        "target_quality": 0.6, "risk": 0.10, "audit_budget": 120, "suggestions": False,
        "consolidation": "em",
    },
}  # fmt: skip
