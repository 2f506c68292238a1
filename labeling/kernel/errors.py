"""What can go wrong for a reason a person should hear: a code, a sentence, a place."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class LabelingError(Exception):
    """A refusal with a `code` for programs, a sentence for people and `where` it concerns."""

    code = "error"

    def __init__(self, message: str, *, where: str | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.code = code or self.code  # of one rule, where a program must tell it from others


class Invalid(LabelingError):
    """The input cannot be used; the message says what, where and how to fix it."""

    code = "invalid"


def invalid_of(error: ValidationError) -> Invalid:
    """The first thing that a model's own checks found."""
    where, messages = next(iter(error.message_dict.items()))
    return Invalid(" ".join(messages), where=None if where == NON_FIELD_ERRORS else where)


class NotAllowed(LabelingError):
    """The person may not do this."""

    code = "not_allowed"


class Conflict(LabelingError):
    """The state has moved on since the caller looked."""

    code = "conflict"


class DiskFull(LabelingError):
    """The disk is too full to write; nothing was written, and it goes on once there is room."""

    code = "disk_full"


class Later(LabelingError):
    """The work cannot be done now and is no failure; it waits until it is due again."""

    code = "later"


class LeaseLost(Conflict):
    """Someone else holds what the caller thought was theirs."""

    code = "lease_lost"
