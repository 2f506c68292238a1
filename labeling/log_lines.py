"""What the server's log says of requests: a browser that goes away is no fault of ours."""

import logging

from django.http import UnreadablePostError


class WentAway(logging.Filter):
    """Tells of a request broken off by its sender in one line, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite such a record; whether it is worth a line at the logger's level."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, UnreadablePostError):
            return True
        path = getattr(getattr(record, "request", None), "path", "a request")
        record.msg, record.args = "The browser went away in the middle of %s", (path,)
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.exc_info = record.exc_text = None
        return logging.getLogger(record.name).isEnabledFor(logging.INFO)
