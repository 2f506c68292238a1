"""What can go wrong, in the server's words: a code for programs, a detail for people, a place."""


class BoxwiseError(Exception):
    """The server refused; `where` names the field, parameter or header it is about."""

    def __init__(
        self, detail: str, *, code: str = "error", where: str | None = None, status: int = 0
    ) -> None:
        super().__init__(f"{where}: {detail}" if where else detail)
        self.detail, self.code, self.where, self.status = detail, code, where, status


class BadToken(BoxwiseError):
    """The token is missing, unknown, expired or revoked."""


class NotAllowed(BoxwiseError):
    """The token's scope or its owner's roles do not allow this."""


class NotFound(BoxwiseError):
    """It does not exist, or is not the owner's to see."""


class Conflict(BoxwiseError):
    """The state has moved on, or does not allow this now."""


class Unreachable(BoxwiseError):
    """No answer, or the server stayed busy, however often it was asked."""


class TransferFailed(BoxwiseError):
    """An import or export was given up."""


KINDS: dict[int, type[BoxwiseError]] = {
    401: BadToken,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
}
