"""Releases over HTTP: made by managers, read and downloaded by them alone."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from labeling.consolidation import labels
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Release, Transfer
from tests.factories import box
from tests.programs import Program, problem

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def released(job, mona) -> Release:
    """One release, made by a manager's page."""
    labels.accept(job.images.first(), [box()], "human", round=None)
    body = {"note": "For the paper", "split": [80, 10, 10]}
    made = browser(mona).post(reverse("releases", args=[job.slug]), body, content_type=JSON)
    assert (made.json()["kind"], made.json()["state"]) == ("release", "waiting")
    runner.run("transfer", made.json()["id"])
    return Release.objects.get()


def test_a_managers_page_lists_and_downloads_what_it_ordered(released, job, mona):
    manager = browser(mona)
    (told,) = manager.get(reverse("releases", args=[job.slug])).json()
    assert (told["number"], told["note"], told["made_by"]) == (1, "For the paper", "mona")
    assert told["counts"]["changes"]["images_added"] == 12
    (transfer,) = manager.get(reverse("transfers", args=[job.slug])).json()
    assert (transfer["state"], transfer["release"]) == ("finished", released.pk)
    reply = manager.get(told["url"])
    assert f'filename="{job.slug}-release-1.zip"' in reply["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.getvalue())) as package:
        assert json.loads(package.read("release.json"))["digest"] == told["digest"]
    rest = manager.get(told["url"], headers={"Range": "bytes=10-", "If-Range": reply["ETag"]})
    assert rest.status_code == 206  # a broken download goes on


@pytest.mark.parametrize("name", ["job", "report"])
def test_pages_have_the_releases_for_managers_only(released, job, mona, rita, name):
    address = reverse(name, args=[job.slug])
    assert "For the paper" in browser(mona).get(address).content.decode()
    assert "For the paper" not in browser(rita).get(address).content.decode()


def test_who_manages_nothing_gets_no_release(released, job, rita, alice, eve):
    """A release holds the labels that reviewers may yet have to check without seeing them."""
    for user, refused in ((rita, 403), (alice, 403), (eve, 404)):
        client = browser(user)
        address = reverse("releases", args=[job.slug])
        assert client.get(address).status_code == refused
        assert client.post(address, {}, content_type=JSON).status_code == refused
        assert client.get(reverse("release-file", args=[released.pk])).status_code == 404
        program = Program(user)
        assert program.send("get", "releases", job.slug).status_code == refused
        assert program.send("get", "release", released.pk).status_code == 404
        assert program.send("get", "release-file", released.pk).status_code == 404
    assert Transfer.objects.count() == 1


def test_a_release_whose_file_is_gone_is_a_404(released, mona):
    media_path(released.file).unlink()
    assert browser(mona).get(reverse("release-file", args=[released.pk])).status_code == 404


def test_a_program_makes_follows_lists_and_reads_releases(job, mona):
    ask = Program(mona)
    made = ask("post", "releases", job.slug, note="By program")
    assert ask("get", "transfer", made["id"])["release"] is None
    runner.run("transfer", made["id"])
    number = ask("get", "transfer", made["id"])["release"]
    told = ask("get", "release", number)
    assert (told["number"], told["note"], told["counts"]["splits"]) == (1, "By program", {})
    assert ask("get", "releases", job.slug)["items"] == [told]
    assert ask.send("get", "release-file", number).getvalue().startswith(b"PK")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"split": [80, 30, 10]}, "split"),
        ({"note": "x" * 1001}, "note"),
        ({"number": 7}, "number"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(job, mona, wrong, where):
    reply = Program(mona).send("post", "releases", job.slug, **wrong)
    assert problem(reply) == (400, "invalid", where)
    assert not Transfer.objects.exists()


def test_another_release_while_one_is_made_is_a_conflict(job, mona):
    ask = Program(mona)
    first = ask("post", "releases", job.slug, note="a")["id"]
    assert ask("post", "releases", job.slug, note="a")["id"] == first
    reply = ask.send("post", "releases", job.slug, note="b")
    assert problem(reply) == (409, "conflict", None)
