"""A person's own keys and ways of drawing."""

from typing import TypedDict

from django.contrib.auth.models import User

from labeling.jobs.core import key_preferences
from labeling.kernel.json_shapes import PageSettings
from labeling.models import Preferences


class OwnPreferences(TypedDict):
    """A person's own keys by action, and settings of the page, where they differ."""

    keys: dict[str, list[str]]
    page: PageSettings


def user_preferences(user: User) -> OwnPreferences:
    """What differs from the defaults."""
    row = Preferences.objects.filter(user=user).first()
    return {"keys": row.keys, "page": row.page} if row else {"keys": {}, "page": {}}


class _Given(TypedDict, total=False):
    keys: dict[str, list[str]]
    page: PageSettings


def save(user: User, *, keys: object = None, page: object = None) -> OwnPreferences:
    """Replace the keys, the page's settings, or both; raises Invalid for what does not fit."""
    given: _Given = {}
    if keys is not None:
        given["keys"] = key_preferences.parse_keys(keys)
    if page is not None:
        given["page"] = key_preferences.parse_page(page)
    if given:
        Preferences.objects.update_or_create(user=user, defaults=given)
    return user_preferences(user)
