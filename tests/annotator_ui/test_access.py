"""Every address of the site, asked by a stranger, an outsider and another job's admin."""

import re

import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from labeling.jobs import tokens
from labeling.ledger import runner
from labeling.models import (
    ApiToken,
    Audit,
    Certificate,
    Comment,
    Event,
    Image,
    InstructionPicture,
    Label,
    LabelCheck,
    Round,
    Step,
    Transfer,
    Webhook,
)
from labeling.rounds import lifecycle
from labeling.transfers import releases, transfers
from tests import papers
from tests.factories import box, join, make_images, make_job, project_admin
from tests.running import run_steps

pytestmark = pytest.mark.django_db(transaction=True)

OPEN = {"login", "logout", "welcome", "admin:login", "admin:logout", "admin:jsi18n"}
# What an account without any job may still see: their own empty lists and themselves.
ANYONE = {
    "home",
    "schema",
    "keys",
    "preferences",
    "password",
    "password-changed",
    "tokens",
    "v1-me",
    "v1-schema",
    "v1-jobs",
    "admin:index",
    "admin:password_change",
    "admin:password_change_done",
}
METHODS = ("get", "post", "put", "patch", "delete")


def walk(patterns, names=(), prefix=""):
    """Every named pattern with its full name."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from walk(entry.url_patterns, inner, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern) and entry.name:
            yield ":".join((*names, entry.name)), entry, prefix


def addresses(job) -> list[tuple[str, str]]:
    """Each address filled with ids of the job."""
    rows = {
        "assignment": job.rounds.first().assignments.first().pk,
        "audit": Audit.objects.get(round__job=job).pk,
        "image": job.images.first().pk,
        "transfer": job.transfers.first().pk,
        "export": job.transfers.get(kind="export").pk,
        "import": job.transfers.get(kind="import").pk,
        "release": job.releases.get().pk,
        "certificate": Certificate.objects.get(round__job=job).pk,
        "member": job.members.first().pk,
        "webhook": Webhook.objects.get(job=job).pk,
        "token": ApiToken.objects.first().pk,
        "label": Label.objects.get(image__job=job).pk,
        "comment": Comment.objects.get(image__job=job).pk,
        "picture": job.pictures.get().pk,
        "job": job.pk,
        "round": job.rounds.first().pk,
    }
    found = []
    for name, pattern, prefix in walk(get_resolver().url_patterns):
        route = prefix + str(pattern.pattern)
        values = {}
        for key in pattern.pattern.converters:
            if key == "slug":
                values[key] = job.slug
            elif key == "pk":
                kind = next((k for k in rows if f"{k}s/" in route or f"/{k}/" in route), "job")
                values[key] = rows[kind]
            elif key == "object_id":
                model = name.split("_")[1] if "_" in name else "job"
                values[key] = str(rows.get(model, rows["job"]))
            else:
                values[key] = {"action": "pause", "app_label": "labeling"}.get(key, "1")
        if pattern.pattern.converters or "(?P" not in route:
            found.append((name, reverse(name, kwargs=values)))
    return found


@pytest.fixture
def busy(job, mona, alice, rita):
    """A job with something of everything."""
    lifecycle.start(job, mona)
    run_steps(job)
    round = job.rounds.get()
    Audit.objects.create(
        round=round, image=job.images.first(), kind="monitoring", position=0, predicted=[box()]
    )
    transfers.start_import(job, mona, "folder", "x")
    transfers.start_export(job, mona, "coco")
    runner.run("transfer", releases.start_release(job, mona).pk)
    Webhook.objects.create(job=job, url="https://hooks.test", events=["audit_due"], salt="0")
    tokens.make(mona, "of a manager", "manage", 1)
    paper = papers.make(papers.content(), lambda *_: {"boxes": papers.PREDICTED, "value": 1.0})
    outcome, digest = paper["result"]["outcome"], paper["digest"]
    Certificate.objects.create(
        round=round, attempt=1, outcome=outcome, document=paper, digest=digest
    )
    Label.objects.create(image=job.images.last(), source="human", boxes=[box()])
    Comment.objects.create(image=job.images.last(), author=mona, x=1, y=1, text="?")
    InstructionPicture.objects.create(
        job=job, name="cat", file=job.images.first().file, digest="0" * 64, width=1, height=1
    )
    return job


@pytest.fixture
def strangers_admin(db):
    """A project admin of another job."""
    user = project_admin("otto")
    other = make_job(name="Other")
    join(other, user, "manager")
    make_images(other, 2)
    return user


def state_of(job) -> tuple:
    """What no stranger may change."""
    job.refresh_from_db()
    return (
        job.state,
        job.name,
        Event.objects.filter(job=job).count(),
        Transfer.objects.filter(job=job).count(),
        Label.objects.count(),
        Image.objects.exclude(excluded="").count(),
        Round.objects.count(),
        Step.objects.count(),
        job.members.count(),
        Comment.objects.count(),
        LabelCheck.objects.count(),
        InstructionPicture.objects.count(),
        ApiToken.objects.filter(revoked_at=None).count(),
        Webhook.objects.count(),
    )


def test_without_a_session_nothing_answers(busy, client):
    before = state_of(busy)
    for name, address in addresses(busy):
        if name in OPEN:
            continue
        for method in METHODS:
            answer = getattr(client, method)(address, content_type="application/json")
            assert answer.status_code in (302, 401, 403, 404, 405), (method, name)
            if answer.status_code == 302:
                assert "login" in answer["Location"], name
    assert state_of(busy) == before


@pytest.mark.parametrize("who", ["eve", "strangers_admin"])
def test_a_foreign_job_does_not_exist_for_them(busy, who, request):
    user = request.getfixturevalue(who)
    client = Client()
    client.force_login(user)
    before = state_of(busy)
    for name, address in addresses(busy):
        if name in OPEN or (name in ANYONE and "changelist" not in name):
            continue
        for method in METHODS:
            answer = getattr(client, method)(address, content_type="application/json")
            if answer.status_code == 200:
                assert busy.name not in answer.content.decode(), (method, name)
                listed = name.endswith(("_changelist", "_add", "autocomplete", "app_list"))
                assert listed or name in ANYONE, (method, name, address)
            else:
                assert answer.status_code in (302, 400, 403, 404, 405), (method, name)
    assert state_of(busy) == before


def test_an_annotator_may_neither_manage_nor_review(busy, alice):
    client = Client()
    client.force_login(alice)
    for name in ("actions", "exports", "uploads", "audit-claim", "audit-nonce"):
        answer = client.post(
            reverse(name, args=[busy.slug]), {"action": "pause"}, content_type="application/json"
        )
        assert answer.status_code == 403, name
    for name in ("review", "review-grid", "review-disagreements", "grid", "disagreements-list"):
        assert client.get(reverse(name, args=[busy.slug])).status_code == 403, name
    assert client.get(reverse("transfers", args=[busy.slug])).status_code == 403
    image, label = busy.images.last(), Label.objects.get(image__job=busy)
    for name in ("adjudicate", "compare", "correct"):
        assert client.get(reverse(name, args=[busy.slug, image.pk])).status_code == 403, name
    assert client.get(reverse("disagreements", args=[image.pk])).status_code == 404
    assert client.delete(reverse("label-check", args=[label.pk])).status_code == 404


TOLD = re.compile(r"[A-Za-z0-9]{32,}|\d+")  # tokens and numbers


def answer_of(client: Client, method: str, url: str) -> tuple[int, str, str]:
    """What can be told apart: status, body and where it leads, tokens and numbers left out."""
    reply = getattr(client, method)(url, {}, content_type="application/json")
    body = "" if reply.streaming else reply.content.decode()
    return reply.status_code, TOLD.sub("", body), TOLD.sub("", reply.get("Location", ""))


@pytest.mark.parametrize("who", ["outsider", "admin of another job", "annotator"])
def test_unknown_and_forbidden_ids_answer_alike(busy, eve, alice, who):
    user = {"outsider": eve, "annotator": alice}.get(who) or project_admin("otto")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    of_members = {"certificate-file", "v1-certificate-document"}
    own = {"comment", "comment-answers", "instruction-picture"} | of_members
    own = own if user == alice else set()
    busy.rounds.first().assignments.filter(annotator=alice).delete()
    for name, url in addresses(busy):
        number = re.search(r"/(\d+)(/|$)", url)
        if number is None or name in own or name.startswith("admin:a"):
            continue  # accounts and sign-in records are the superusers' and of no job
        unknown = f"{url[: number.start(1)]}{int(number[1]) + 770}{url[number.end(1) :]}"
        for method in METHODS:
            told = answer_of(client, method, url)
            assert told == answer_of(client, method, unknown), (method, url)


def test_an_annotator_sees_only_the_pictures_they_were_given(busy, alice, rita):
    client = Client()
    client.force_login(alice)
    claim = reverse("claim", args=[busy.slug])
    given = client.post(claim, {}, content_type="application/json").json()["assignments"]
    mine = {assignment["image"]["id"] for assignment in given}
    foreign = busy.images.exclude(pk__in=mine).first()

    assert client.get(reverse("image-file", args=[min(mine)])).status_code == 200
    assert client.get(reverse("image-file", args=[foreign.pk])).status_code == 404
    client.force_login(rita)
    assert client.get(reverse("image-file", args=[foreign.pk])).status_code == 200


def test_a_project_admin_cannot_make_anyone_more_powerful(busy, mona, alice):
    client = Client()
    client.force_login(mona)
    page = reverse("admin:auth_user_change", args=[alice.pk])
    client.post(
        page,
        {
            "username": "alice",
            "first_name": "",
            "last_name": "",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
        },
    )
    alice.refresh_from_db()
    assert not alice.is_staff
    assert not alice.is_superuser
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403
    assert client.get(reverse("admin:auth_user_change", args=[mona.pk])).status_code == 302


def test_a_project_admin_gets_no_link_to_the_account_of_anothers_annotator(busy, mona, alice):
    other = make_job(name="Elsewhere")
    join(other, alice, "annotator")
    client = Client()
    client.force_login(mona)
    answer = client.post(reverse("admin:auth_user_link", args=[alice.pk]))
    assert answer.status_code == 403


def test_two_admins_who_invite_at_once_choose_among_their_own_jobs(mona, job):
    otto = project_admin("otto")
    join(make_job(name="Otto's job"), otto, "manager")
    people = site._registry[get_user_model()]

    forms = []
    for user in (mona, otto):  # both pages are made before the first is filled in
        request = RequestFactory().get("/")
        request.user = user
        forms.append(people.get_form(request))

    choices = [[str(row) for row in form().fields["job"].queryset] for form in forms]
    assert choices == [[job.name], ["Otto's job"]]


def test_a_project_admin_invites_an_annotator_by_one_time_link(busy, mona):
    client = Client()
    client.force_login(mona)
    answer = client.post(
        reverse("admin:auth_user_add"),
        {
            "username": "nina",
            "first_name": "Nina",
            "last_name": "N",
            "job": busy.pk,
            "role": "annotator",
        },
        follow=True,
    )
    text = answer.content.decode()
    assert "One-time link for nina" in text
    path = text.split("/accounts/welcome/")[1].split("<")[0]
    fresh = Client()
    page = fresh.get(f"/accounts/welcome/{path}", follow=True)
    assert page.status_code == 200
    assert "Welcome, Nina" in page.content.decode()
    done = fresh.post(
        page.redirect_chain[-1][0],
        {"new_password1": "a long enough one", "new_password2": "a long enough one"},
        follow=True,
    )
    assert done.status_code == 200
    assert busy.name in done.content.decode()


def test_a_superuser_sees_what_the_admin_links_to(busy, client, django_user_model):
    image = busy.images.first()
    root = django_user_model.objects.create_superuser("root", password="a long password")
    client.force_login(root)
    for address in (
        f"/api/images/{image.pk}/preview",
        f"/api/images/{image.pk}/file",
        f"/jobs/{busy.slug}/",
        f"/jobs/{busy.slug}/report",
        f"/jobs/{busy.slug}/review/grid",
        f"/jobs/{busy.slug}/review",
        f"/jobs/{busy.slug}/notes",
        f"/api/jobs/{busy.slug}/snapshot",
    ):
        assert client.get(address).status_code == 200, address
    assert client.get("/jobs/no-such-job/").status_code == 404
