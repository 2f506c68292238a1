"""What the pages show of a job: counts, rounds, cost, progress, all derived, nothing stored."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, FloatField, Func, Q, Sum
from django.utils import timezone

from labeling.models import Assignment, Audit, Event, Job, Label, Round, Step, WorkerBeat
from labeling.services import audit_report, rounds, steps, stopping

# Charts of the machine's side come from a plug-in, so that labeling stays free of it.
CHARTS: list[Callable[[Job], dict[str, Any]]] = []

SENTENCES = {
    "TRAINING": "The detector learns from the people's labels.",
    "PREDICTING": "The detector looks at every image that is left.",
    "CALIBRATING": "Confidence is compared with quality on the validation images.",
    "AUDITING": "People check auto-labels in random order.",
    "ACCEPTING": "Sure images get their label.",
    "SELECTING": "The next images for people are chosen.",
    "COLLECTING": "People draw.",
    "CONSOLIDATING": "Several people's boxes become one label.",
}
WORKER_AWAY = 120  # seconds


class BoxCount(Func):
    """Number of elements of a JSON array, on SQLite and PostgreSQL."""

    function = "json_array_length"
    output_field = FloatField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's jsonb spelling."""
        return self.as_sql(compiler, connection, function="jsonb_array_length", **extra)


def counts(job: Job) -> dict[str, int]:
    """Images by where they stand; human + auto + excluded + left = images."""
    total = job.images.count()
    excluded = job.images.exclude(excluded="").count()
    by_source = dict(
        Label.objects.active()
        .filter(image__job=job, image__excluded="")
        .values_list("source")
        .annotate(n=Count("pk"))
        .values_list("source", "n")
    )
    auto = by_source.pop("auto", 0)
    human = sum(by_source.values())
    open_round = job.rounds.filter(closed_at=None, state=Round.State.AUDITING).first()
    in_audit = (
        open_round.audits.filter(kind="certificate", blind=False).count() if open_round else 0
    )
    return {
        "images": total,
        "human": human,
        "auto": auto,
        "excluded": excluded,
        "left": total - excluded - human - auto,
        "in_audit": in_audit,
        "certified": audit_report.certified_images(job),
    }


def per_round(job: Job) -> list[dict[str, Any]]:
    """Images, boxes and money of each round, people and auto apart (decision 18)."""
    stats: dict[int, dict[str, Any]] = {}
    rows = (
        Label.objects.active()
        .filter(image__job=job, image__excluded="", round__isnull=False)
        .values("round", "source")
        .annotate(images=Count("pk"), boxes=Sum(BoxCount(F("boxes"))))
    )
    for row in rows:
        side = "auto" if row["source"] == Label.Source.AUTO else "human"
        entry = stats.setdefault(row["round"], {})
        entry[side] = entry.get(side, 0) + row["images"]
        entry[f"{side}_boxes"] = entry.get(f"{side}_boxes", 0) + int(row["boxes"] or 0)
    answers = _answers_per_round(job)
    result = []
    for round in job.rounds.all():
        entry = stats.get(round.pk, {})
        human, auto = entry.get("human", 0), entry.get("auto", 0)
        image, answer = float(job.price_image), float(job.price_answer)
        result.append(
            {
                "number": round.number,
                "purpose": round.purpose,
                "human": human,
                "auto": auto,
                "human_boxes": entry.get("human_boxes", 0),
                "auto_boxes": entry.get("auto_boxes", 0),
                "answers": answers.get(round.pk, 0),
                "human_cost": round_money(image * human + answer * answers.get(round.pk, 0)),
                "auto_cost": round_money(image * auto),
                "provisional": round.closed_at is None,
            }
        )
    return result


def _answers_per_round(job: Job) -> dict[int, int]:
    found: dict[int, int] = {}
    submitted = Q(state__in=(Assignment.State.SUBMITTED, Assignment.State.SURPLUS))
    for rows in (
        Assignment.objects.filter(submitted, round__job=job),
        Audit.objects.decided().filter(round__job=job),
    ):
        for pk, n in rows.values_list("round").annotate(n=Count("pk")).values_list("round", "n"):
            found[pk] = found.get(pk, 0) + n
    return found


def cost(job: Job) -> dict[str, float]:
    """Money so far against every image drawn by people, and the share saved."""
    total = float(stopping.spent(job))
    labelled = job.images.labeled().count()
    each = float(job.price_image) + float(job.price_answer) * job.annotators_per_image
    all_human = each * labelled
    return {
        "total": round_money(total),
        "all_human": round_money(all_human),
        "saved_share": round(1 - total / all_human, 4) if all_human else 0.0,
    }


def round_money(value: float) -> float:
    """Cents, with two more digits for single answers."""
    return round(value, 4)


def snapshot(job: Job) -> dict[str, Any]:
    """Everything the live page shows of a job now."""
    job.refresh_from_db()
    round = job.rounds.filter(closed_at=None).first()
    found = counts(job)
    state: dict[str, Any] = {
        "at": timezone.now().isoformat(),
        "job": {
            "slug": job.slug, "name": job.name, "state": job.state,
            "acceptance": job.acceptance, "target": job.target_quality, "risk": job.risk,
            "annotators_per_image": job.annotators_per_image, "consolidation": job.consolidation,
        },
        "counts": found,
        "round": _round(round) if round else None,
        "audit": audit_report.progress(job),
        "certificate": audit_report.certificate(job),
        "estimate": _estimate(job),
        "forecast": _forecast(job, found),
        "rounds": per_round(job),
        "cost": cost(job),
        "people": people(job),
        "events": events(job),
        "alerts": alerts(job, round),
        "calibration": None,
        "training": None,
        "histogram": None,
    }  # fmt: skip
    for chart in CHARTS:
        for key, value in chart(job).items():
            state[key] = [*state[key], *value] if key == "alerts" else value
    return state


def _round(round: Round) -> dict[str, Any]:
    rows = list(round.steps.filter(state=round.state))  # type: ignore[attr-defined]
    done, total, unit = _progress(round, rows)
    error = next((s.error for s in rows if s.error and s.finished_at is None), None)
    beat = WorkerBeat.objects.order_by("-seen_at").first()
    return {
        "number": round.number,
        "purpose": round.purpose,
        "state": round.state,
        "line": _line(round),
        "sentence": SENTENCES.get(round.state, ""),
        "done": done,
        "total": total,
        "unit": unit,
        "seconds_left": _seconds_left(round, rows, done, total),
        "step_error": error,
        "attempts": max((s.attempts for s in rows), default=0),
        "stuck": any(steps.stuck(s) for s in rows),
        "worker_seen_s": (
            int((timezone.now() - beat.seen_at).total_seconds()) if beat is not None else None
        ),
    }


def _progress(round: Round, rows: list[Step]) -> tuple[int, int, str]:
    if round.state == Round.State.COLLECTING:
        seats = round.assignments  # type: ignore[attr-defined]
        done = seats.submitted().count()
        return done, done + seats.pending().count(), "answers"
    if round.state == Round.State.AUDITING:
        return audit_report.drawn(round)
    return sum(s.done for s in rows), sum(s.total for s in rows), "steps"


def _seconds_left(round: Round, rows: list[Step], done: int, total: int) -> int | None:
    """Straight-line estimate from this state's own speed; none before it has moved."""
    started = [s.started_at for s in rows if s.started_at]
    if rows and not started:
        return None
    since = min(started) if started else _entered(round, round.state)
    if since is None or not done or done >= total:
        return None
    elapsed = (timezone.now() - since).total_seconds()
    return int(elapsed / done * (total - done))


def _entered(round: Round, state: str) -> datetime | None:
    value = round.entered.get(state)
    return datetime.fromisoformat(value) if value else None


def _line(round: Round) -> list[dict[str, Any]]:
    line = rounds.line_of(round)
    here = line.index(Round.State(round.state))
    result = []
    for i, state in enumerate(line[:-1]):
        start = _entered(round, state)
        end = _entered(round, line[i + 1])
        seconds = int((end - start).total_seconds()) if start and end else None
        status = "done" if i < here else "now" if i == here else "later"
        result.append({"state": state, "status": status, "seconds": seconds})
    return result


def _estimate(job: Job) -> dict[str, Any] | None:
    latest = job.rounds.exclude(estimate=None).order_by("-number").first()
    return latest.estimate if latest else None


def _forecast(job: Job, found: dict[str, int]) -> dict[str, Any] | None:
    """What is still to do at most: every image that is left, by people."""
    if job.state not in (Job.State.RUNNING, Job.State.PAUSED) or not found["left"]:
        return None
    pace = _pace(Assignment.objects.submitted().filter(round__job=job))
    answers = found["left"] * job.annotators_per_image
    money = found["left"] * float(job.price_image) + answers * float(job.price_answer)
    return {
        "answers": answers,
        "hours": round(answers * pace / 3600, 1) if pace else None,
        "money": round_money(money),
    }


def _pace(rows: Any) -> float | None:
    """Median active seconds of the latest answers."""
    recent = list(
        rows.filter(active_ms__gt=0)
        .order_by("-submitted_at")
        .values_list("active_ms", flat=True)[:200]
    )
    return median(recent) / 1000 if recent else None


def people(job: Job) -> list[dict[str, Any]]:
    """Who works on the job now: those seen in the last hour."""
    now = timezone.now()
    since = now - timedelta(hours=1)
    seen: dict[int, dict[str, Any]] = {}
    for rows, doing, at, who in (
        (Assignment.objects.submitted(), "draw", "submitted_at", "annotator"),
        (Audit.objects.decided(), "audit", "decided_at", "reviewer"),
    ):
        latest = (
            rows.filter(**{"round__job": job, f"{at}__gte": since})
            .values(who, f"{who}__username", f"{who}__first_name", f"{who}__last_name")
            .annotate(last=_latest(at))
        )
        for row in latest:
            entry = seen.get(row[who])
            if entry and entry["last"] >= row["last"]:
                continue
            name = f"{row[f'{who}__first_name']} {row[f'{who}__last_name']}".strip()
            seen[row[who]] = {
                "pk": row[who], "name": name or row[f"{who}__username"],
                "doing": doing, "last": row["last"],
            }  # fmt: skip
    result = []
    for entry in sorted(seen.values(), key=lambda e: e["last"], reverse=True)[:20]:
        age = int((now - entry["last"]).total_seconds())
        times = list(
            Assignment.objects.submitted()
            .filter(round__job=job, annotator=entry["pk"], active_ms__gt=0)
            .order_by("-submitted_at")
            .values_list("active_ms", flat=True)[:20]
        )
        result.append(
            {
                "initials": initials(entry["name"]),
                "name": entry["name"],
                "doing": "idle" if age > 120 else entry["doing"],
                "median_s": round(median(times) / 1000, 1) if times else None,
                "seen_s": age,
            }
        )
    return result


def _latest(field: str) -> Any:
    from django.db.models import Max

    return Max(field)


def initials(name: str) -> str:
    """Two letters for a round badge."""
    words = name.replace("_", " ").replace("-", " ").split()
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def events(job: Job, limit: int = 12) -> list[dict[str, Any]]:
    """The latest events as sentences."""
    rows = Event.objects.filter(job=job).exclude(kind="audit_decided")[:limit]
    return [{"at": e.at.isoformat(), "kind": e.kind, "text": event_text(e)} for e in rows]


TEXTS = {
    "job_created": "Job created",
    "job_copied": "Copied from {source}",
    "job_edited": "Settings changed: {fields}",
    "job_started": "Job started",
    "job_paused": "Job paused",
    "job_resumed": "Job resumed",
    "job_cancelled": "Job cancelled",
    "job_completed": "Job complete",
    "job_reopened": "Job reopened: an image has no label",
    "round_opened": "Round {round} opened: {purpose}",
    "step_failed": "Round {round}, {state}: {error}",
    "steps_retried": "Failed steps started again",
    "detector_trained": "Detector trained on {images} images",
    "training_skipped": "No detector this round: {reason}",
    "calibrated": "Calibrated: {sentence}",
    "accepted": "{images} images accepted automatically",
    "sets_frozen": "{images} candidates frozen for the audit",
    "budget_raised": "Audit budget raised to {budget}",
    "certificate_certified": "Certified: {images} images after {audited} checks",
    "certificate_not_provable": "The promise could not be shown within {audited} checks",
    "certificate_refused": "Certificate refused: blind checks disagree",
    "round_recalled": "{count} auto-labels of round {round} recalled",
    "image_skipped": "An image was skipped: {reason}",
    "image_excluded": "An image was excluded: {reason}",
    "images_excluded": "{count} images excluded: {reason}",
    "image_restored": "An image was restored",
    "label_corrected": "A manager corrected a label",
    "member_left": "A member left ({role})",
    "seat_taken_over": "A seat went to someone else after its lease ended",
    "import_started": "Import started",
    "import_finished": "{imported} images imported, {duplicates} doubles, {refused} refused",
    "export_started": "Export started ({format})",
    "export_finished": "Export ready ({format}, {images} images)",
}


def event_text(event: Event) -> str:
    """One event as a sentence a person would say."""
    if event.kind == "round_entered":
        state = Round.State(event.data["state"]).label
        return f"Round {event.data['round']}: {state.lower()}"
    pattern = TEXTS.get(event.kind, event.kind.replace("_", " "))
    return pattern.format_map({**dict.fromkeys(("reason", "error"), ""), **event.data})


def alerts(job: Job, round: Round | None) -> list[dict[str, str]]:
    """What a manager should look at."""
    found = []
    if round is not None and job.state == Job.State.RUNNING:
        waiting = round.steps.filter(state=round.state, finished_at=None)  # type: ignore[attr-defined]
        for row in waiting:
            if steps.stuck(row):
                found.append({"level": "bad", "text": f"{row.get_state_display()}: {row.error}"})
        beat = WorkerBeat.objects.order_by("-seen_at").first()
        away = beat is None or (timezone.now() - beat.seen_at).total_seconds() > WORKER_AWAY
        if waiting and away:
            found.append(
                {
                    "level": "warn",
                    "text": "No worker has reported for 2 minutes. The step goes on by itself "
                    "when one is back: start one with manage.py worker.",
                }
            )
    unable = job.images.exclude(excluded="").count()
    if unable:
        found.append(
            {"level": "warn", "text": f"{unable} images are excluded; see the image list."}
        )
    return found


def queue_message(job: Job, has_work: bool) -> dict[str, str]:
    """Why a person has nothing to draw, and when to come back."""
    if has_work:
        return {"reason": "work", "message": ""}
    if job.state == Job.State.DRAFT:
        return {"reason": "not_started", "message": "This job has not started yet."}
    if job.state == Job.State.PAUSED:
        return {
            "reason": "paused",
            "message": "This job is paused. It goes on when a manager says so.",
        }
    if job.state == Job.State.CANCELLED:
        return {"reason": "complete", "message": "This job was cancelled."}
    if job.state == Job.State.COMPLETE:
        return {"reason": "complete", "message": "This job is complete. Thank you."}
    round = job.rounds.filter(closed_at=None).first()
    if round is None or round.state == Round.State.COLLECTING:
        return {
            "reason": "taken",
            "message": "All images of this round are taken. If one comes back, it appears here.",
        }
    state = Round.State(round.state)
    if state == Round.State.AUDITING:
        return {"reason": "machine", "message": "Nothing waiting. Reviewers check auto-labels now."}
    left = _round(round)["seconds_left"]
    when = f", back in about {max(1, round_minutes(left))} minutes" if left else ""
    doing = {
        "TRAINING": "The model is training", "PREDICTING": "The model looks at the images",
        "CALIBRATING": "The model is being judged",
    }.get(state, "The next images are being chosen")  # fmt: skip
    return {
        "reason": "machine",
        "message": f"Nothing waiting. {doing}{when}. You can close this page.",
    }


def round_minutes(seconds: int) -> int:
    """Whole minutes, rounded."""
    return int(seconds / 60 + 0.5)
