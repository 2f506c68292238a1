"""Exports over HTTP: ordered with options, downloaded whole or from where a broken one stopped."""

import os

import pytest
from django.test import Client
from django.urls import reverse

from annotator_ui.api import transfer_shapes
from labeling.consolidation import labels
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Transfer
from labeling.transfers import transfers
from tests.factories import box

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


@pytest.fixture
def manager(mona) -> Client:
    client = Client()
    client.force_login(mona)
    return client


@pytest.fixture
def order(manager, job):
    """Orders an export of the job and makes it."""
    labels.accept(job.images.first(), [box()], "human", round=None)

    def make(**body):
        made = manager.post(reverse("exports", args=[job.slug]), body, content_type=JSON)
        if made.status_code == 200:
            runner.run("transfer", made.json()["id"])
        return made

    return make


def test_an_export_with_options_is_made_and_tells_them(order, manager, job):
    made = order(format="yolo", images=True, split=[80, 10, 10], source="people", classes=[0])
    assert made.json()["options"] == {
        **{"images": True, "split": [80, 10, 10], "source": "people", "classes": [0]},
    }
    answer = manager.get(reverse("transfer-file", args=[made.json()["id"]]))
    assert f'filename="{job.slug}.yolo.zip"' in answer["Content-Disposition"]
    assert answer.getvalue().startswith(b"PK")


@pytest.mark.parametrize(
    ("options", "where", "words"),
    [
        ({"split": [80, 30, 10]}, "split", "sum to 100"),
        ({"split": ["x"]}, "split", "integer"),
        ({"unlabelled": True}, "unlabelled", "choose label_studio or manifest"),
        ({"round": 99}, "round", "no round 99"),
        ({"picture": True}, "picture", "Unknown field"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(order, options, where, words):
    answer = order(format="coco", **options)
    assert answer.status_code == 400
    assert answer.json()["where"].startswith(where)
    assert words in answer.json()["message"]
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("size", [1_000, 600_000])  # the second is not read into memory
def test_a_broken_download_goes_on_where_it_stopped(order, manager, size):
    made = order(format="coco").json()
    media_path(Transfer.objects.get(pk=made["id"]).file).write_bytes(os.urandom(size))
    address = reverse("transfer-file", args=[made["id"]])
    whole = manager.get(address)
    data = whole.getvalue()
    assert whole["Accept-Ranges"] == "bytes"
    assert int(whole["Content-Length"]) == len(data) == size

    rest = {"Range": "bytes=10-", "If-Range": whole["ETag"]}
    answer = manager.get(address, headers=rest)
    assert (answer.status_code, answer.getvalue()) == (206, data[10:])
    assert answer["Content-Range"] == f"bytes 10-{len(data) - 1}/{len(data)}"
    assert answer["Content-Disposition"] == whole["Content-Disposition"]

    other = manager.get(address, headers={**rest, "If-Range": '"export-0"'})
    assert (other.status_code, other.getvalue()) == (200, data)  # of another file: from the start


def test_an_export_whose_file_is_gone_is_a_404(order, manager):
    made = order(format="coco").json()
    media_path(Transfer.objects.get(pk=made["id"]).file).unlink()
    assert manager.get(reverse("transfer-file", args=[made["id"]])).status_code == 404


def test_what_waits_for_room_or_another_attempt_has_not_failed(job):
    row = transfers.start_export(job, None, "coco")
    for error, attempts, told in (
        ("", 0, ("waiting", "")),
        ("The disk is nearly full.", 0, ("waiting", "The disk is nearly full.")),
        ("No connection.", Transfer.MAX_FAILURES - 1, ("waiting", "No connection.")),
        ("No connection.", Transfer.MAX_FAILURES, ("failed", "No connection.")),
        ("", Transfer.MAX_DEATHS, ("failed", Transfer.GIVEN_UP)),
    ):
        row.error, row.attempts = error, attempts
        shape = transfer_shapes.transfer(row)
        assert (shape["state"], shape["error"]) == told
