"""What the server's log says: in one line, not endlessly, and calmly of browsers that go away."""

import logging

from django.http import UnreadablePostError

LONGEST = 1000  # characters; a path may have thousands, and its sender chose them


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


class ShortLine(logging.Filter):
    """Cuts a long message, and writes its line breaks as `\\n`: a path cannot forge a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record where needed; every one is worth a line."""
        said = record.getMessage()
        if len(said) > LONGEST or not said.isprintable():
            shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in said[:LONGEST])[
                :LONGEST
            ]
            rest = f"… ({len(said)} characters)" if len(said) > LONGEST else ""
            record.msg, record.args = shown + rest, ()
        return True
