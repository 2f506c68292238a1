"""Who may set whose password: one-time links, and what an admin may do to an account."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from labeling.jobs import accounts
from labeling.kernel.errors import NotAllowed
from tests.factories import join, make_job, person, project_admin

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = {"new_password1": "a long enough one", "new_password2": "a long enough one"}


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opens(path: str) -> bool:
    """Whether a stranger with the link is asked for a password."""
    return "Choose a password" in Client().get(path, follow=True).content.decode()


def set_password(path: str) -> None:
    stranger = Client()
    form = stranger.get(path, follow=True).redirect_chain[-1][0]
    stranger.post(form, CHOSEN)


@pytest.fixture
def otto(db):
    """Another project admin, with a job of his own."""
    user = project_admin("otto")
    join(make_job(name="Otto's job"), user, "manager")
    return user


@pytest.fixture
def nina(job, mona):
    """An account that mona has just made for her job, and its link."""
    user, link = accounts.invite("nina", mona, "Nina N")
    join(job, user, "annotator")
    return user, link


def test_the_owner_of_a_new_account_sets_its_password_once(nina, mona):
    user, link = nina
    assert opens(link)
    set_password(link)
    user.refresh_from_db()
    assert user.check_password("a long enough one")
    assert not opens(link)
    reply = browser(mona).post(reverse("admin:auth_user_link", args=[user.pk]))
    assert reply.status_code == 403  # it has a password: a link would be somebody else's key


@pytest.mark.parametrize("found", ["of nobody", "without a password", "invited by another"])
def test_no_admin_takes_an_account_over_by_naming_it_as_a_member(job, mona, otto, found):
    if found == "of nobody":
        user = person("victor")
    elif found == "without a password":
        user = get_user_model().objects.create_user("victor")
    else:
        user, _ = accounts.invite("victor", otto)
    join(job, user, "annotator")
    client = browser(mona)

    assert client.post(reverse("admin:auth_user_link", args=[user.pk])).status_code == 403
    with pytest.raises(NotAllowed):
        accounts.one_time_path(user, mona)
    change = reverse("admin:auth_user_change", args=[user.pk])
    assert "One-time link" not in client.get(change).content.decode()
    client.post(change, {"username": "mine", "first_name": "", "last_name": ""})
    user.refresh_from_db()
    assert (user.username, user.is_active) == ("victor", True)


def test_a_link_dies_when_its_account_joins_a_job_of_other_people(nina, mona, otto):
    user, link = nina
    join(otto.memberships.get().job, user, "annotator")
    assert not opens(link)
    set_password_page = Client().get(link, follow=True)
    assert "does not work any more" in set_password_page.content.decode()
    with pytest.raises(NotAllowed):
        accounts.one_time_path(user, mona)


def test_a_link_dies_with_its_admin(nina, mona):
    _, link = nina
    mona.is_active = False
    mona.save()
    assert not opens(link)


def test_a_superusers_link_works_for_anybody_and_ends_the_earlier_one(nina, alice):
    root = get_user_model().objects.create_superuser("root", password="a long password")
    user, earlier = nina
    client = browser(root)
    change = reverse("admin:auth_user_change", args=[alice.pk])
    assert "One-time link to set a password" in client.get(change).content.decode()
    page = client.post(reverse("admin:auth_user_link", args=[alice.pk]), follow=True)
    assert "One-time link for alice" in page.content.decode()

    later = accounts.one_time_path(user, root)
    assert opens(later)
    assert not opens(earlier)


def test_an_admin_makes_a_new_link_for_an_account_of_theirs(nina, mona):
    user, _ = nina
    client = browser(mona)
    change = reverse("admin:auth_user_change", args=[user.pk])
    assert "One-time link to set a password" in client.get(change).content.decode()
    page = client.post(reverse("admin:auth_user_link", args=[user.pk]), follow=True)
    assert "One-time link for nina" in page.content.decode()


def test_everybody_changes_their_own_password_and_is_signed_out_elsewhere(alice):
    alice.set_password("the old one, long enough")
    alice.save()
    here, elsewhere = browser(alice), browser(alice)
    address = reverse("password")
    assert address in here.get("/").content.decode()

    wrong = here.post(address, {"old_password": "guessed", **CHOSEN})
    assert "entered incorrectly" in wrong.content.decode()
    alice.refresh_from_db()
    assert alice.check_password("the old one, long enough")

    done = here.post(address, {"old_password": "the old one, long enough", **CHOSEN}, follow=True)

    assert "Your password is changed" in done.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(CHOSEN["new_password1"])
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Client().get(address).status_code == 302
