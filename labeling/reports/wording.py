"""What pages say: events as sentences, and why a person has nothing to draw."""

from typing import Literal, TypedDict

from labeling.models import Event, Job, RejectReason, Round, SkippedTraining, SkipReason
from labeling.models.reasons import EXCLUSIONS
from labeling.reports import progress
from labeling.transfers import detector_exports
from labeling.transfers.core.export_formats import FORMATS


class EventLine(TypedDict):
    """Something that happened, as a sentence."""

    at: str
    kind: str
    text: str


class Queue(TypedDict):
    """Whether there is work for a person; if not, why, and when to come back."""

    reason: Literal["work", "none", "not_started", "paused", "complete", "taken", "machine"]
    message: str


def events(job: Job, limit: int = 12) -> list[EventLine]:
    """The latest events as sentences."""
    rows = Event.objects.filter(job=job).exclude(kind="audit_decided")[:limit]
    return [{"at": e.at.isoformat(), "kind": e.kind, "text": event_text(e)} for e in rows]


TEXTS = {
    "job_created": "Job created",
    "job_copied": "Copied from {source}",
    "job_edited": "Settings changed: {fields}",
    "job_started": "Job started",
    "sizes_fitted": "Sizes of the preset {preset} fitted to {images} images",
    "job_paused": "Job paused",
    "job_resumed": "Job resumed",
    "job_cancelled": "Job cancelled",
    "job_completed": "Job complete",
    "job_reopened": "Job reopened: an image has no label",
    "round_opened": "Round {round} opened: {purpose}",
    "classes_not_shown": "Round {round} does not show boxes of {classes}: corrected work was worse",
    "step_failed": "Round {round}, {state}: {error}",
    "steps_retried": "Failed steps started again",
    "detector_trained": "Detector trained on {images} images",
    "detector_taken_over": "Detector used as imported: not trained on this job yet",
    "detector_kept": "Detector of round {earlier} kept: it was trained on the same labels",
    "detector_damaged": "Detector of round {round}: {problem} {remedy}",
    "training_skipped": "No detector this round: {reason}",
    "calibrated": "Calibrated: {sentence}",
    "accepted": "{images} images accepted automatically",
    "sets_locked": "{images} candidates locked for the audit, plan {plan:.16}",
    "classes_left_out": "Round {round}: guarantee out of reach, left to annotators: {classes}",
    "order_drawn": "Order of the checks drawn",
    "digest_mailed": "Digest mailed, recipients: {people}",
    "digest_not_mailed": "Digest not mailed: {error}",
    "second_checks_dropped": "Round {round}: {count} checks are not made again: nobody was there "
    "for it",
    "checker_stopped": "{name} gets no more checks of round {round}: too many objects were added "
    "after the reveal, not drawn",
    "monitoring_ended": "Round {round}: quality monitoring shows that the target is reached, "
    "{count} more checks are not made",
    "budget_raised": "Audit budget raised to {budget}",
    "certificate_certified": "Certified: {images} images after {audited} audits",
    "certificate_not_provable": "The guarantee could not be proven within {audited} audits",
    "certificate_refused": "Certificate refused: blind checks disagree",
    "round_revoked": "{count} auto-labels of round {round} revoked",
    "image_skipped": "An image was skipped: {reason}",
    "image_excluded": "An image was excluded: {reason}",
    "images_excluded": "{count} images excluded: {reason}",
    "image_restored": "An image was restored",
    "edges_moved": "Round {round}: box edges moved as reviewers' corrections teach (left {left}, "
    "top {top}, right {right}, bottom {bottom} of the box's side)",
    "errors_calibrated": "Round {round}: where 0.1 errors are expected in an image, reviewers "
    "found {found}; another person is asked accordingly",
    "label_corrected": "A label was corrected by hand",
    "label_rejected": "A reviewer rejected a label: {reason}",
    "label_given_back": "A reviewer undid a rejection",
    "label_taken_back": "A reviewer undid a correction",
    "verdict_undone": "A verdict of round {round} was undone",
    "disagreements_adjudicated": "A reviewer resolved the disagreements",
    "comment_pinned": "A note was pinned to an image",
    "comment_answered": "A note was answered",
    "comment_taken_back": "A note was deleted",
    "correction_suggested": "An annotator suggested a correction",
    "image_reported": "An image was reported as broken: {name}",
    "work_released": "{count} images or checks that {name} held were reassigned",
    "join_link_made": "Invitation link made",
    "join_link_revoked": "Invitation link revoked",
    "invitation_mailed": "Invitation link sent by mail",
    "member_joined": "{name} joined by the invitation link",
    "member_left": "A member left ({role})",
    "assignment_taken_over": "An image was reassigned after its timeout",
    "import_started": "Import started",
    "import_finished": "{imported} images imported, {duplicates} already here, {refused} refused",
    "webhook_made": "Webhook made",
    "webhook_removed": "Webhook removed",
    "release_started": "A release is being made",
    "release_made": "Release {number} made ({images} images)",
    "export_started": "Export started ({format})",
    "detector_exported": "Export ready (detector of round {round})",
    "export_finished": "Export ready ({format}, {images} images)",
}

REASONS = {  # the words of the codes
    "image_skipped": dict(SkipReason.choices),
    "image_excluded": dict(EXCLUSIONS),
    "images_excluded": dict(EXCLUSIONS),
    "label_rejected": dict(RejectReason.choices),
    "training_skipped": dict(SkippedTraining.choices),
}


def event_text(event: Event) -> str:
    """One event as a sentence a person would say."""
    if event.kind == "round_entered":
        state = Round.State(str(event.data["state"])).label
        return f"Round {event.data['round']}: {state.lower()}"
    pattern = TEXTS.get(event.kind, event.kind.replace("_", " "))
    data = {"reason": "", "error": "", **event.data}
    if event.kind in REASONS:
        data["reason"] = REASONS[event.kind][str(data["reason"])]
    if event.kind.startswith("export_"):
        format = str(data["format"])
        data["format"] = FORMATS[format].title if format in FORMATS else detector_exports.TITLE
    fields = data.get("fields")
    if isinstance(fields, list):
        data["fields"] = ", ".join(str(name).replace("_", " ") for name in fields)
    return pattern.format_map(data)


def queue_message(job: Job, has_work: bool) -> Queue:
    """Why a person has nothing to draw, and when to come back."""
    if has_work:
        return {"reason": "work", "message": ""}
    return why_nothing(job, job.rounds.filter(closed_at=None).first())


def why_nothing(job: Job, round: Round | None) -> Queue:
    """The same where there is none; `round`: the job's open one."""
    if job.state == Job.State.DRAFT:
        return {"reason": "not_started", "message": "This job has not started yet."}
    if job.state == Job.State.PAUSED:
        return {
            "reason": "paused",
            "message": "This job is paused. It continues when a manager resumes it.",
        }
    if job.state == Job.State.CANCELLED:
        return {"reason": "complete", "message": "This job was cancelled."}
    if job.state == Job.State.COMPLETE:
        return {"reason": "complete", "message": "This job is complete. Thank you."}
    if round is None or round.state == Round.State.COLLECTING:
        return {
            "reason": "taken",
            "message": "All images of this round are taken. If one comes back, it appears here.",
        }
    state = Round.State(round.state)
    if state == Round.State.AUDITING:
        return {"reason": "machine", "message": "Nothing waiting. Reviewers check auto-labels now."}
    now = progress.of_round(round)
    if now["stuck"]:
        text = "Nothing waiting. Processing stopped with an error; the managers can see it."
        return {"reason": "machine", "message": text}
    left = now["seconds_left"]
    when = f", back in about {max(1, round_minutes(left))} minutes" if left else ""
    doing = {
        "TRAINING": "The model is training",
        "PREDICTING": "The model is predicting",
        "CALIBRATING": "The model is being evaluated",
    }.get(state, "The next images are being chosen")
    if now["queued"]:
        doing = "The worker is busy with another job"
    return {
        "reason": "machine",
        "message": f"Nothing waiting. {doing}{when}. You can close this page.",
    }


def round_minutes(seconds: int) -> int:
    """Whole minutes, rounded."""
    return int(seconds / 60 + 0.5)
