"""Numbers that a job starts from: ours, ours with the fewest labels, and Ground Truth's."""

from typing import Any

from labeling.kernel import events
from labeling.models import Job

# The training images judge the detector, out of fold. Birds at .75, one job each: 268 images by
# people instead of 368 with 90 validation images beside them; 324 with a first training of 150.
# Since nothing is labelled ahead of the first detector: 262 and 248, for half the machine's time.
PRESETS: dict[str, dict[str, Any]] = {
    Job.Preset.BOXWISE: {
        "pilot_size": 10,
        "validation_size": 0,
        "training_size": 100,
        "batch_size": 150,
        "prefetch_percent": 20,
        "mode": "adaptive",
        "annotators_per_image": 3,
        "error_limit": 0.25,
        "acceptance": "certified",
        "guarantee": "dataset",
        "blind_checks": True,
        "target_quality": 0.6,
        "risk": 0.10,
        "audit_budget": 120,
        "suggestions": True,
        "consolidation": "em",
    },
    # With many classes or small objects too little to learn from.
    Job.Preset.MINIMAL: {
        "pilot_size": 10,
        "validation_size": 0,
        "training_size": 60,
        "batch_size": 150,
        "prefetch_percent": 0,
        "mode": "adaptive",
        "annotators_per_image": 3,
        "error_limit": 0.25,
        "acceptance": "certified",
        "guarantee": "dataset",
        "blind_checks": False,
        "target_quality": 0.6,
        "risk": 0.10,
        "audit_budget": 120,
        "suggestions": True,
        "consolidation": "em",
    },
    Job.Preset.GROUND_TRUTH: {
        "pilot_size": 10,
        "validation_size": 190,
        "training_size": 200,
        "batch_size": 200,
        "prefetch_percent": 0,
        "mode": "independent",
        "annotators_per_image": 5,
        "error_limit": 0.25,
        "acceptance": "per_round",
        "guarantee": "quality",
        "blind_checks": False,
        "target_quality": 0.6,
        "risk": 0.10,
        "audit_budget": 120,
        "suggestions": False,
        "consolidation": "average",
    },
}

SIZES = ("pilot_size", "validation_size", "training_size", "batch_size", "audit_budget")
# The sizes above are for a thousand images. Of fewer a job spends the same share at most, and no
# less than what judges a detector (jobs.setup.MIN_VALIDATION) and what a proof may plan.
SHARE = {
    "pilot_size": (0.05, 3),
    "validation_size": (0.2, 17),
    "training_size": (0.2, 20),
    "batch_size": (0.2, 5),
    "audit_budget": (0.2, 10),
}


def fitted(preset: str, images: int) -> dict[str, Any]:
    """The preset's numbers, its sizes cut to a job of so many images; none yet: as they are."""
    numbers = dict(PRESETS[preset])
    if images:
        for name, (share, least) in SHARE.items():
            if numbers[name]:
                numbers[name] = min(numbers[name], max(least, round(share * images)))
    return numbers


def fit(job: Job, before: int, now: int) -> None:
    """Fit a draft's sizes to its images, now that there are so many, unless somebody set others.

    They are the preset's own where they equal what it gave for the number of images `before`.
    """
    was, sizes = fitted(job.preset, before), fitted(job.preset, now)
    own = {name: was[name] for name in SIZES}
    if was == sizes:
        return
    new = {name: sizes[name] for name in SIZES}
    if Job.objects.filter(pk=job.pk, state=Job.State.DRAFT, **own).update(**new):
        events.record(job, "sizes_fitted", None, images=now, preset=job.get_preset_display())


def said_of(job: Job, images: int) -> str:
    """That the sizes were cut to the job's images, where they were; empty otherwise."""
    sizes, full = fitted(job.preset, images), PRESETS[job.preset]
    cut = any(sizes[name] != full[name] for name in SIZES)
    if not cut or any(getattr(job, name) != sizes[name] for name in SIZES):
        return ""
    shown = " / ".join(str(full[name]) for name in SIZES[:-1])
    return (
        f"Round sizes are fitted to {images:,} images: for a thousand the preset has {shown}, and "
        f"{full['audit_budget']} audits. They adapt to added images until you change one."
    )
