"""Access tokens: made and revoked by their owner, looked up by digest.

A wrong token locks nothing: unlike a password, 256 random bits cannot be guessed, and who tries
uses up the allowance of strangers of one address (labeling.server.turns).
"""

import logging
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from labeling.kernel import text, token_text
from labeling.kernel.errors import Conflict, Invalid
from labeling.models import ApiToken

log = logging.getLogger(__name__)
LONGEST_DAYS = 365
MOST = 50  # usable ones of a person


def make(owner: User, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """A new token and its secret, which is never seen again."""
    name = text.clean(name.strip(), limit=80, where="name")
    if not name:
        raise Invalid("Name the token after what will use it.", where="name")
    if scope not in ApiToken.Scope:
        raise Invalid(f"Choose a scope: {', '.join(ApiToken.Scope)}.", where="scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A token lasts 1 to {LONGEST_DAYS} days.", where="days")
    if ApiToken.objects.usable().filter(owner=owner).count() >= MOST:
        raise Conflict(f"You have {MOST} tokens: revoke one that is not used any more.")
    secret, now = token_text.new_secret(), timezone.now()
    row = ApiToken.objects.create(
        owner=owner,
        name=name,
        scope=scope,
        prefix=secret[: token_text.SHOWN],
        digest=token_text.digest(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    log.info("token=%s owner=%s scope=%s made", row.pk, owner.pk, scope)
    return row, secret


def revoke(tokens: "QuerySet[ApiToken]") -> int:
    """End these tokens at once; how many still worked."""
    return tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


def found(secret: str) -> ApiToken | None:
    """The token with this secret while it works."""
    if not token_text.is_well_formed(secret):
        return None
    rows = ApiToken.objects.usable().select_related("owner")
    return rows.filter(digest=token_text.digest(secret)).first()


def used(token: ApiToken) -> None:
    """Keep when it was used last, to the minute: most requests write nothing.

    A database that cannot write just now refuses nobody who only reads.
    """
    now = timezone.now().replace(second=0, microsecond=0)
    if token.last_used_at is not None and token.last_used_at >= now:
        return
    try:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    except OperationalError as error:
        log.warning("last use of token %s not kept: %s", token.pk, error)
