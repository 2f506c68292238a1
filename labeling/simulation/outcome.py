"""What a rehearsal came to: per round and in all, against the truth that it knew."""

from collections.abc import Callable
from typing import Any

from labeling.certification.core import plan_content
from labeling.kernel.boxes import Box, pack
from labeling.kernel.json_shapes import AveragePrecision
from labeling.kernel.quality import quality
from labeling.models import Assignment, Audit, Certificate, Job, Label, Round, Step
from labeling.reports import figures, snapshot

Truth = Callable[[str], list[Box]]


def job_outcome(job: Job, truth: Truth) -> dict[str, Any]:
    """The rehearsal's JSON: rounds and totals."""
    rounds = [_round(job, row, truth) for row in figures.per_round(job)]
    counts, cost = figures.counts(job), figures.cost(job)
    last = Certificate.objects.filter(round__job=job).order_by("-attempt").first()
    auto = Label.objects.active().auto().filter(image__job=job).select_related("image")
    each = float(job.price_image) + float(job.price_answer) * figures.answers_per_image(job)
    totals = {
        "images": counts["images"],
        "human": counts["human"],
        "auto": counts["auto"],
        "seen": figures.seen_by_people(job),
        "excluded": counts["excluded"],
        "certified": counts["certified"],
        "cost": cost["total"],
        "cost_all_human": round(each * counts["images"], 2),
        "answers": Assignment.objects.submitted().filter(round__job=job).count()
        + Audit.objects.decided().filter(round__job=job).count(),
        "human_hours": round(figures.active_ms(job) / 3_600_000, 3),
        "machine_seconds": round(machine_seconds(job), 1),
        "quality_true_certified": _certified_quality(last, truth),
        "quality_true_auto": _mean([_against(r.boxes, truth(r.image.name)) for r in auto]),
        "quality_true_human": _mean(
            [
                _against(r.boxes, truth(r.image.name))
                for r in Label.objects.active()
                .exclude(source=Label.Source.AUTO)
                .filter(image__job=job)
                .select_related("image")
            ]
        ),
        "quality_reference": last.document["result"]["observed_mean"] if last else None,
        "average_precision": _average_precision(job),
        "certificate": {"outcome": last.outcome, "digest": last.digest} if last else None,
    }
    return {"rounds": rounds, "totals": totals}


def _average_precision(job: Job) -> AveragePrecision | None:
    """Of the latest detector on its calibration images."""
    for charts in snapshot.CHARTS:
        if (found := charts(job)["calibration"]) is not None:
            return found["average_precision"]
    return None


def _round(job: Job, row: figures.RoundRow, truth: Truth) -> dict[str, Any]:
    round_ = job.rounds.get(number=row["number"])
    auto = Label.objects.active().auto().filter(round=round_).select_related("image")
    paper = Certificate.objects.filter(round=round_).first()
    estimate = round_.estimate
    return {
        "number": row["number"],
        "purpose": row["purpose"],
        "human": row["human"],
        "auto": row["auto"],
        "excluded": _excluded(round_),
        "certified": paper.document["result"]["certified_images"] if paper else 0,
        "boxes": row["human_boxes"] + row["auto_boxes"],
        "cost": round(row["human_cost"] + row["auto_cost"], 4),
        "threshold": estimate["threshold"] if estimate else None,
        "quality_estimated": _estimated(round_, paper),
        "quality_true": _mean([_against(r.boxes, truth(r.image.name)) for r in auto]),
        "human_seconds": round(figures.active_ms(job, round_) / 1000, 1),
        "machine_seconds": round(machine_seconds(job, round_), 1),
    }


def _excluded(round_: Round) -> int:
    seen = Assignment.objects.filter(round=round_).values("image")
    return round_.job.images.exclude(excluded="").filter(pk__in=seen).count()


def _estimated(round_: Round, paper: Certificate | None) -> float | None:
    """Mean of the audited, else the validation images' mean at or above the threshold."""
    if paper is not None:
        value: float | None = paper.document["result"]["observed_mean"]
        return value
    found = getattr(getattr(round_, "detector", None), "calibration", None)
    if found is None or found.threshold is None:
        return None
    above = [q for c, q in found.points if c >= found.threshold - 1e-4]
    return _mean(above)


def _certified_quality(paper: Certificate | None, truth: Truth) -> float | None:
    """True quality of all predictions that the certificate names, audited ones included."""
    if paper is None or paper.outcome != "certified":
        return None
    shown = plan_content.shown_in(paper.document["result"])
    rows = Audit.objects.filter(
        round=paper.round, kind="certificate", blind=False, rank__in=shown
    ).select_related("image")
    return _mean([_against(a.predicted, truth(a.image.name)) for a in rows])


def _against(boxes: list[Box], truth: list[Box]) -> float:
    return quality(pack(boxes), pack(truth))


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def machine_seconds(job: Job, round_: Round | None = None) -> float:
    """Seconds that steps took, from first claim to finish."""
    steps = Step.objects.filter(round__job=job, started_at__isnull=False, finished_at__isnull=False)
    chosen = steps if round_ is None else steps.filter(round=round_)
    return sum(
        (s.finished_at - s.started_at).total_seconds()
        for s in chosen
        if s.finished_at and s.started_at
    )


def table(result: dict[str, Any]) -> str:
    """The result as lines for a terminal."""
    head = f"{'round':>5} {'purpose':10} {'human':>5} {'auto':>5} {'excl':>4} {'boxes':>6} "
    head += f"{'theta':>6} {'est.':>6} {'true':>6} {'cost':>8} {'people s':>9} {'machine s':>9}"
    lines = [head]
    for r in result["rounds"]:
        lines.append(
            f"{r['number']:>5} {r['purpose']:10} {r['human']:>5} {r['auto']:>5} "
            f"{r['excluded']:>4} {r['boxes']:>6} {_digits(r['threshold']):>6} "
            f"{_digits(r['quality_estimated']):>6} {_digits(r['quality_true']):>6} "
            f"{r['cost']:>8.2f} {r['human_seconds']:>9.0f} {r['machine_seconds']:>9.0f}"
        )
    t = result["totals"]
    lines += [
        f"images {t['images']}: people {t['human']}, auto {t['auto']}, excluded {t['excluded']}; "
        f"{t['seen']} seen by people; certified set {t['certified']}",
        f"cost ${t['cost']:.2f} against ${t['cost_all_human']:.2f}; {t['answers']} answers, "
        f"{t['human_hours']:.2f} h of people, {t['machine_seconds']:.0f} s of machine",
        f"true quality: certified {_digits(t['quality_true_certified'])}, "
        f"auto {_digits(t['quality_true_auto'])}, people {_digits(t['quality_true_human'])}; "
        f"by the auditors {_digits(t['quality_reference'])}",
    ]
    return "\n".join(lines)


def _digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
