"""Invitation links: who joins by one, what it never gives, and when it ends."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labeling import login_lock
from labeling.jobs import accounts, join_links, members
from labeling.models import Event, JoinLink, Member
from labeling.rounds import lifecycle
from tests.factories import join, make_job, person, project_admin

pytestmark = pytest.mark.django_db(transaction=True)
USERS = get_user_model().objects
PASSWORD = "a long enough one"


@pytest.fixture
def link(job, mona) -> JoinLink:
    return join_links.make(job, mona)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def register(link, name: str = "nina", client: Client | None = None, **changes):
    data = {"username": name, "password1": PASSWORD, "password2": PASSWORD, **changes}
    return (client or Client()).post(join_links.path_of(link), data)


def works(link) -> bool:
    return Client().get(join_links.path_of(link)).status_code == 200


def roles(job, name: str) -> set[str]:
    return set(job.members.filter(user__username=name).values_list("role", flat=True))


def test_a_new_person_makes_an_account_and_is_signed_in_as_annotator_of_this_job_alone(link, job):
    other = make_job(name="Other")
    client = Client()
    answer = register(link, client=client)
    assert answer.url == reverse("home")  # nothing waits in a draft
    assert roles(job, "nina") == {"annotator"}
    assert not Member.objects.filter(job=other).exists()
    nina = USERS.get(username="nina")
    assert not (nina.is_staff or nina.is_superuser or nina.groups.exists())
    assert client.get(reverse("home")).context["user"] == nina
    assert client.get(reverse("job", args=[other.slug])).status_code == 404
    assert Event.objects.filter(job=job, kind="member_joined", actor=nina).exists()


def test_in_a_running_job_the_first_image_follows(link, job, mona):
    lifecycle.start(job, mona)
    assert register(link).url == reverse("work", args=[job.slug])


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_no_field_of_the_form_gives_more_than_an_annotator_may(link, job, role):
    register(link, role=role, is_staff="1", is_superuser="1")
    assert roles(job, "nina") == {"annotator"}
    assert not USERS.get(username="nina").is_staff


@pytest.mark.parametrize("name", ["alice", "ALICE"])
def test_an_account_that_is_there_is_not_touched(link, job, alice, name):
    before = USERS.get(username="alice").password
    page = register(link, name=name).content.decode()
    assert "This name is taken" in page
    assert USERS.get(username="alice").password == before
    assert USERS.filter(username__iexact="alice").count() == 1


def test_who_made_the_link_has_no_power_over_the_accounts_made_by_it(link, mona):
    register(link)
    nina = USERS.get(username="nina")
    assert not accounts.is_own(nina, mona)
    change = reverse("admin:auth_user_change", args=[nina.pk])
    browser(mona).post(change, {"username": "taken-over", "is_active": ""})
    nina.refresh_from_db()
    assert (nina.username, nina.is_active) == ("nina", True)
    again = browser(mona).post(reverse("admin:auth_user_link", args=[nina.pk]))
    assert again.status_code == 403


def test_a_weak_password_is_refused_in_words(link):
    page = register(link, password1="short", password2="short").content.decode()
    assert "too short" in page
    (focused,) = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert 'name="password2"' in focused  # where Django says it
    assert not USERS.filter(username="nina").exists()


def test_who_is_signed_in_confirms_and_joins_with_their_own_account(link, job):
    bert = person("bert")
    client = browser(bert)
    page = client.get(join_links.path_of(link)).content.decode()
    assert "signed in as <strong>bert</strong>" in page
    assert roles(job, "bert") == set()  # looking joins nothing
    client.post(join_links.path_of(link))
    client.post(join_links.path_of(link))
    assert roles(job, "bert") == {"annotator"}
    link.refresh_from_db()
    assert link.joined == 1


def test_a_foreign_page_cannot_make_somebody_join(link, job):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("bert"))
    assert client.post(join_links.path_of(link)).status_code == 403
    assert roles(job, "bert") == set()


def test_who_has_an_account_is_led_by_the_sign_in_back_to_the_link(link):
    page = Client().get(join_links.path_of(link)).content.decode()
    assert f'href="{reverse("login")}?next={join_links.path_of(link)}"' in page


def test_a_link_ends_after_a_week(link):
    assert works(link)
    with time_machine.travel(timezone.now() + join_links.VALID + timedelta(seconds=1)):
        assert not works(link)
        assert register(link).status_code == 404
    assert not USERS.filter(username="nina").exists()


def test_a_revoked_or_replaced_link_ends_at_once(link, job, mona):
    newer = join_links.make(job, mona)
    assert not works(link)
    assert works(newer)
    join_links.revoke(job, mona)
    assert not works(newer)
    kinds = list(Event.objects.filter(job=job).values_list("kind", flat=True))
    assert kinds.count("join_link_made") == 2
    assert kinds.count("join_link_revoked") == 1


def test_a_link_ends_with_its_makers_rights(link, job, mona):
    members.remove(job.members.get(user=mona, role="manager"), None)
    assert not works(link)
    join(job, mona, "manager")
    assert works(link)
    USERS.filter(pk=mona.pk).update(is_active=False)
    assert not works(link)


def test_a_link_ends_with_its_job(link, job, mona):
    lifecycle.cancel(job, mona)
    assert not works(link)


def test_a_link_ends_with_its_last_person(link, job):
    JoinLink.objects.update(joined=JoinLink.MOST - 1)
    register(link, "last")
    assert roles(job, "last") == {"annotator"}
    assert register(link, "late").status_code == 404
    assert not USERS.filter(username="late").exists()


def test_names_are_tried_out_no_cheaper_than_at_the_sign_in(link, alice):
    answers = [register(link, "alice").status_code for _ in range(login_lock.ADDRESS + 2)]
    assert answers[-1] == 429
    assert register(link, "honest").status_code == 429
    assert not USERS.filter(username="honest").exists()


def test_only_so_many_accounts_are_made_from_one_address(link, monkeypatch):
    monkeypatch.setattr(login_lock, "JOINING", 2)
    assert [register(link, f"person-{n}").status_code for n in range(4)] == [302, 302, 429, 429]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert register(link, "other", elsewhere).status_code == 302


def test_a_key_that_nobody_made_leads_nowhere():
    for key in ("x", "a" * 32, "%00", "a" * 5000):
        assert Client().get(f"/join/{key}").status_code in (400, 404)


def buttons(page: str) -> set[str]:
    return set(re.findall(r'data-action="(\w+)"', page)) & {"invite", "revoke_link"}


def test_a_manager_makes_copies_and_revokes_the_link_beside_the_people(admin, job):
    change = reverse("admin:labeling_job_change", args=[job.pk])
    assert buttons(admin.get(change).content.decode()) == {"invite"}
    made = admin.post(reverse("admin:labeling_job_act", args=[job.pk, "invite"]))
    assert made.url.endswith("#join-link")
    page = admin.get(change).content.decode()
    assert f'value="http://testserver{join_links.path_of(JoinLink.objects.get())}"' in page
    assert buttons(page) == {"revoke_link"}
    admin.post(reverse("admin:labeling_job_act", args=[job.pk, "revoke_link"]))
    assert not JoinLink.objects.exists()


def test_another_projects_admin_reaches_neither_link_nor_mail(link, job):
    stranger = browser(project_admin("otto"))
    for name, args in (
        ("act", [job.pk, "invite"]),
        ("act", [job.pk, "revoke_link"]),
        ("mail", [job.pk]),
    ):
        assert stranger.post(reverse(f"admin:labeling_job_{name}", args=args)).status_code == 404
    assert JoinLink.objects.get().key == link.key


def test_the_link_is_sent_by_mail_where_a_mail_server_is_set(admin, link, job, settings):
    send = reverse("admin:labeling_job_mail", args=[job.pk])
    change = reverse("admin:labeling_job_change", args=[job.pk])
    settings.EMAIL_HOST = ""
    assert admin.get(send).status_code == 404
    assert "Send by mail" not in admin.get(change).content.decode()

    settings.EMAIL_HOST = "mail.example.org"
    assert "Send by mail" in admin.get(change).content.decode()
    assert "valid email" in admin.post(send, {"address": "a@b.org\nBcc: c@d.org"}).content.decode()
    admin.post(send, {"address": "nina@example.org"})
    (message,) = mail.outbox
    assert message.to == ["nina@example.org"]
    assert f"http://testserver{join_links.path_of(link)}" in message.body
    assert Event.objects.filter(job=job, kind="invitation_mailed").exists()


def test_a_mail_server_that_refuses_is_quoted(admin, link, job, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 9, False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    page = admin.post(
        reverse("admin:labeling_job_mail", args=[job.pk]), {"address": "nina@example.org"}
    ).content.decode()
    assert "The mail server did not take the message" in page
    assert not Event.objects.filter(job=job, kind="invitation_mailed").exists()
