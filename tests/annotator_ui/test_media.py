"""Pictures over HTTP: cached by content, in ranges, and never as anything but a picture."""

import pytest
from django.test import Client
from django.urls import reverse

from labeling.kernel.stored_files import media_path

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def picture(job, rita):
    """A picture's address and a reviewer's browser."""
    image = job.images.first()
    media_path(image.file).write_bytes(b"0123456789")
    client = Client()
    client.force_login(rita)
    return client, reverse("image-file", args=[image.pk])


def test_a_picture_is_sent_with_etag_and_locked_down_headers(picture):
    client, address = picture
    answer = client.get(address)

    assert answer.content == b"0123456789"
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"].startswith("private")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=5-99", 206, b"56789"),
        ("bytes=20-30", 416, b""),
        ("lines=1-2", 200, b"0123456789"),
        (f"bytes={'9' * 5000}-", 200, b"0123456789"),
    ],
)
def test_a_range_of_a_picture_can_be_asked_for(picture, wanted, status, content):
    client, address = picture
    answer = client.get(address, headers={"Range": wanted})
    assert answer.status_code == status
    if status == 416:
        assert (answer.json()["code"], answer["Content-Range"]) == ("invalid", "bytes */10")
    else:
        assert answer.content == content


def test_a_picture_whose_file_is_gone_is_a_404_not_an_error(picture, job):
    client, address = picture
    media_path(job.images.first().file).unlink()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("page", ["home", "login"])
def test_every_page_comes_under_a_strict_policy(client, rita, page):
    if page == "home":
        client.force_login(rita)
    answer = client.get(reverse(page))
    policy = answer["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_instructions_are_cleaned():
    from annotator_ui.instructions import to_html

    html = to_html(
        "**Birds** <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://x/y.png)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert "<strong>Birds</strong>" in html
    assert "<table>" in html
    for bad in ("<script", 'href="javascript', "<img"):
        assert bad not in html
