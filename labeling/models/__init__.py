"""State of jobs: what the database keeps and what it guarantees."""

from labeling.models.api import ApiToken, IdempotentRequest
from labeling.models.audit import Audit, AuditPlan, Certificate, Event
from labeling.models.image import Image, Label
from labeling.models.job import Job
from labeling.models.label_class import LabelClass
from labeling.models.member import Invitation, JoinLink, Member
from labeling.models.page import Draft, Preferences
from labeling.models.reasons import Exclusion, RejectReason, SkippedTraining, SkipReason
from labeling.models.release import Release
from labeling.models.round import Assignment, Round, Step, WorkerHeartbeat
from labeling.models.round_settings import RoundSettings
from labeling.models.talk import Comment, InstructionPicture, InstructionsRead, LabelCheck
from labeling.models.transfer import Transfer
from labeling.models.webhook import Delivery, Webhook
from labeling.models.work_item import WorkItem

__all__ = [
    "ApiToken",
    "Assignment",
    "Audit",
    "AuditPlan",
    "Certificate",
    "Comment",
    "Delivery",
    "Draft",
    "Event",
    "Exclusion",
    "IdempotentRequest",
    "Image",
    "InstructionPicture",
    "InstructionsRead",
    "Invitation",
    "Job",
    "JoinLink",
    "Label",
    "LabelCheck",
    "LabelClass",
    "Member",
    "Preferences",
    "RejectReason",
    "Release",
    "Round",
    "RoundSettings",
    "SkipReason",
    "SkippedTraining",
    "Step",
    "Transfer",
    "Webhook",
    "WorkItem",
    "WorkerHeartbeat",
]
