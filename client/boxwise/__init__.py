"""Client of Boxwise: make labelling jobs, send images, follow them, fetch labels and proofs."""

from boxwise.client import Boxwise
from boxwise.errors import BadToken, BoxwiseError, Conflict, NotAllowed, NotFound, Unreachable
from boxwise.job import Job
from boxwise.webhooks import verify_webhook

__all__ = [
    "BadToken",
    "Boxwise",
    "BoxwiseError",
    "Conflict",
    "Job",
    "NotAllowed",
    "NotFound",
    "Unreachable",
    "verify_webhook",
]
