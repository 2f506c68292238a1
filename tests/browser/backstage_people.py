"""The people of browser tests, and their sessions; called by the backstage."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from labeling.jobs import accounts, tokens

BACKEND = "django.contrib.auth.backends.ModelBackend"


class QuickHasher(Argon2PasswordHasher):
    """What it makes is checked as any other password; the usual strength costs 0.3 seconds."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def person(name: str, project_admin: bool = False) -> int:
    """An account; its password is the name and "-open-sesame"."""
    user = get_user_model()(username=name)
    hasher = QuickHasher()
    user.password = hasher.encode(f"{name}-open-sesame", hasher.salt())
    user.save()
    if project_admin:
        accounts.make_project_admin(user)
    return int(user.pk)


def session(name: str) -> str:
    """The cookie of a fresh sign-in."""
    user = get_user_model().objects.get(username=name)
    store = SessionStore()
    store.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": BACKEND,
            "_auth_user_hash": user.get_session_auth_hash(),
        }
    )
    store.create()
    return str(store.session_key)


def sign_out(name: str) -> None:
    """End all sessions of a person, as time would."""
    user = get_user_model().objects.get(username=name)
    for row in Session.objects.all():
        if row.get_decoded().get("_auth_user_id") == str(user.pk):
            row.delete()


def token(name: str) -> str:
    """A token of a person that may change what they may."""
    return tokens.make(get_user_model().objects.get(username=name), "test", "manage", 1)[1]
