"""A person's own keys and ways of drawing."""

from typing import Any

from django.contrib.auth.models import User

from labeling.jobs.core import key_preferences
from labeling.models import Preferences


def user_preferences(user: User) -> dict[str, Any]:
    """What differs from the defaults."""
    row = Preferences.objects.filter(user=user).first()
    return {"keys": row.keys, "page": row.page} if row else {"keys": {}, "page": {}}


def save(user: User, *, keys: Any = None, page: Any = None) -> dict[str, Any]:
    """Replace the keys, the page's settings, or both; raises Invalid for what does not fit."""
    given: dict[str, Any] = {}
    if keys is not None:
        given["keys"] = key_preferences.parse_keys(keys)
    if page is not None:
        given["page"] = key_preferences.parse_page(page)
    if given:
        Preferences.objects.update_or_create(user=user, defaults=given)
    return user_preferences(user)
