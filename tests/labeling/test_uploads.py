"""Uploads in parts: nothing is lost or doubled, whatever is sent again; each stays in its job."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.transfers import sources, uploads
from tests.factories import join, make_job
from tests.uploading import picture

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "0123456789abcdef" * 2


def part(job, number: int, *names: str, red: int = 0) -> None:
    files = [SimpleUploadedFile(n, picture((red, i, 9))) for i, n in enumerate(names)]
    uploads.keep_part(job, NAME, number, files)


def test_parts_become_one_import_of_files_under_their_own_names():
    job = make_job()
    part(job, 0, "a.jpg", "b.jpg")
    part(job, 1, "c.jpg", red=90)
    row = uploads.finish(job, None, NAME, boxes="suggestions")
    runner.run("transfer", row.pk)
    assert sorted(job.images.values_list("name", flat=True)) == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_part_that_is_sent_again_replaces_itself():
    job = make_job()
    part(job, 0, "a.jpg", "b.jpg")
    part(job, 0, "a.jpg", red=90)
    row = uploads.finish(job, None, NAME, boxes="suggestions")
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert (row.report["imported"], row.report["duplicates"]) == (1, 0)


def test_two_parts_with_files_of_one_name_keep_both():
    job = make_job()
    part(job, 0, "a.jpg")
    part(job, 1, "a.jpg", red=90)
    runner.run("transfer", uploads.finish(job, None, NAME, boxes="suggestions").pk)
    assert job.images.count() == 2


def test_an_upload_is_queued_once_however_often_its_end_is_told():
    job = make_job()
    part(job, 0, "a.jpg")
    first = uploads.finish(job, None, NAME, boxes="suggestions")
    assert uploads.finish(job, None, NAME, boxes="suggestions") == first
    runner.run("transfer", first.pk)
    assert uploads.finish(job, None, NAME, boxes="suggestions") == first
    assert job.transfers.count() == 1


def test_the_parts_of_one_job_cannot_be_ended_from_another():
    part(make_job(), 0, "a.jpg")
    with pytest.raises(Invalid, match="No part of this upload"):
        uploads.finish(make_job(name="Other"), None, NAME, boxes="suggestions")


@pytest.mark.parametrize("upload", ["../../x", "", NAME.upper(), NAME + "\n"])
def test_a_name_that_could_leave_the_folder_is_refused(upload):
    with pytest.raises(Invalid):
        uploads.keep_part(make_job(), upload, 0, [SimpleUploadedFile("a.jpg", b"x")])
    assert not media_path(sources.UPLOADS).exists()


def test_only_managers_send_parts(client, alice, mona):
    job = make_job()
    join(job, alice, "annotator")
    join(job, mona, "manager")
    part_url = reverse("upload-part", args=[job.slug, NAME, 0])
    end = reverse("upload-end", args=[job.slug, NAME])
    for user, status in ((alice, 403), (mona, 200)):
        client.force_login(user)
        sent = {"files": SimpleUploadedFile("a.jpg", picture())}
        body = encode_multipart(BOUNDARY, sent)
        assert client.put(part_url, body, content_type=MULTIPART_CONTENT).status_code == status
        assert client.post(end).status_code == status
    assert job.transfers.count() == 1
