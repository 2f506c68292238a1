"""Every file that is sent has a line in the import's report, whichever way it came."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from labeling.ledger import runner
from labeling.models import Member, Transfer
from labeling.transfers import import_reports, transfers
from tests.factories import make_job, person, project_admin
from tests.labeling.test_import_boxes import lines
from tests.uploading import coco_file, packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

VOC = b"<annotation><object><name>cat</name></object></annotation>"
MIXED = {
    "good.jpg": (picture(), "taken", ""),
    "good.JFIF": (picture((1, 1, 1)), "taken", ""),
    "again.jpg": (picture((1, 1, 1)), "already here", "the same content as "),
    "no ending": (picture((2, 2, 2)), "taken", ""),
    "wrong.dat": (picture((3, 3, 3)), "not understood", "It holds a picture, but its name"),
    "png.jpg": (picture((4, 4, 4), kind="PNG"), "taken", ""),
    "cut.jpg": (picture(size=(300, 300))[:-400], "refused", "damaged"),
    "text.jpg": (b"hello", "refused", "Not a JPEG, PNG or WebP picture"),
    "empty.png": (b"", "refused", "The file is empty"),
    "photo.heic": (b"\0\0\0\x18ftypheic", "not understood", "HEIC pictures are not taken"),
    "drawing.svg": (b"<svg xmlns='x'/>", "not understood", "SVG pictures are not taken"),
    "label.txt": (b"0 0.5 0.5 0.1 0.2\n", "not understood", "no file names their classes"),
    "readme.txt": (b"Hello", "not understood", "looks like text"),
    "box.xml": (VOC, "refused", "The file names no picture"),
    "feed.xml": (b"<rss/>", "not understood", "looks like XML"),
    "table.csv": (b"a,b\n", "not understood", "looks like a table (CSV)"),
    "in.manifest": (b'{"source-ref": "good.jpg"}\n', "annotations", "without a label: 1"),
    "other.manifest": (b'{"source": "a text"}\n', "not understood", 'without a "source-ref"'),
    "lines.json": (b'{"image": "a.jpg"}\n{"image": "b.jpg"}', "refused", "not JSON"),
    "me.json": (b'{"shapes": [], "imagePath": "a"}', "not understood", "labelme annotations"),
    "other.json": (b"[1, 2]", "not understood", "looks like JSON"),
    "bad.json": (b"{", "refused", "not JSON"),
    "other.yaml": (b"nc: 2", "not understood", "Not a JPEG"),
    "inner.tar": (b"\0" * 257 + b"ustar", "not understood", "A tar archive among the files"),
    ".hidden.jpg": (picture((5, 5, 5)), "not understood", "a hidden file"),
    "=cmd.bin": (b"\1\2", "not understood", "Not a JPEG"),
    "coco.json": (coco_file(), "annotations", "2 boxes of 2 pictures"),
}
CONTROL = "a\x07b.jpg"
NESTED = ("inside.zip", packed({"a.jpg": picture((6, 6, 6))}))


def by_upload(job) -> Transfer:
    return upload(job, *((name, data) for name, (data, _, _) in MIXED.items()))


def by_zip(job) -> Transfer:
    return upload(job, ("all.zip", packed({n: data for n, (data, _, _) in MIXED.items()})))


def by_folder(job) -> Transfer:
    from django.conf import settings

    root = Path(settings.IMPORT_ROOT) / "all"
    root.mkdir()
    for name, (data, _, _) in MIXED.items():
        (root / name).write_bytes(data)
    row = transfers.start_import(job, None, "folder", "all")
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("way", [by_upload, by_zip, by_folder])
def test_each_file_has_one_line_with_the_same_reason_whichever_way_it_came(way):
    row = way(make_job())

    assert row.error == ""
    told: dict[str, list[tuple[str, str]]] = {}
    for name, outcome, why in lines(row):
        told.setdefault(name.lstrip("'"), []).append((outcome, why))
    for name, (_, outcome, reason) in MIXED.items():
        # of two files with one content the first in the order of names is taken
        outcome, reason = {"again.jpg": ("taken", "")}.get(name, (outcome, reason))
        if name == "good.JFIF":
            outcome, reason = "already here", "the same content as again.jpg"
        [(said, why)] = told.pop(name)
        assert (name, said) == (name, outcome)
        assert reason in why, name
    assert set(told) == {"a.jpg in coco.json", "b.jpg in coco.json"}  # no such pictures
    counts = {k: v for k, v in row.report.items() if k in import_reports.OUTCOMES}
    assert sum(counts.values()) == len(lines(row))


def test_names_with_control_characters_and_nul_and_an_inner_archive_are_told_of(settings):
    with zipfile.ZipFile(inner := io.BytesIO(), "w") as archive:
        archive.writestr(CONTROL, picture())
        archive.writestr("aXb.jpg", picture((7, 7, 7)))
        archive.writestr(*NESTED)
    raw = inner.getvalue().replace(b"aXb.jpg", b"a\0b.jpg")
    root = Path(settings.IMPORT_ROOT) / "odd"
    root.mkdir()
    (root / CONTROL).write_bytes(picture())
    (root / NESTED[0]).write_bytes(NESTED[1])
    (root / b"broken-\xff.jpg".decode("utf-8", "surrogateescape")).write_bytes(picture())
    (root / "out.jpg").symlink_to("/etc/hostname")
    (root / "away").symlink_to("/etc")
    folder = transfers.start_import(make_job(), None, "folder", "odd")
    runner.run("transfer", folder.pk)

    for row, names in (
        (upload(make_job(), ("odd.zip", raw)), {"a\\x07b.jpg", "a\\x00b.jpg", "inside.zip"}),
        (folder, {"a\\x07b.jpg", "inside.zip", "broken-\\udcff.jpg", "out.jpg", "away"}),
    ):
        row.refresh_from_db()
        assert row.finished_at, row.error
        told = {name: (outcome, why) for name, outcome, why in lines(row)}
        assert set(told) == names
        assert told["a\\x07b.jpg"][0] == "refused"
        assert "control" in told["a\\x07b.jpg"][1]
        assert "A zip archive among the files is not opened" in told["inside.zip"][1]


def test_two_files_of_one_name_in_an_archive_both_come_in():
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("a.jpg", picture())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.jpg", picture((7, 7, 7)))
    job = make_job()
    upload(job, ("x.zip", file.getvalue()))
    assert sorted(job.images.values_list("name", flat=True)) == ["1/a.jpg", "2/a.jpg"]


def test_an_import_of_nothing_says_so(settings):
    (Path(settings.IMPORT_ROOT) / "none").mkdir()
    row = transfers.start_import(make_job(), None, "folder", "none")
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    for found in (row, upload(make_job(), ("x.zip", packed({})))):
        assert found.report["notes"] == ["There is no file in it, so nothing was imported."]


def test_a_zip_is_known_by_its_content():
    job = make_job()
    upload(job, ("pictures", packed({"a.jpg": picture()})))
    assert job.images.count() == 1


def test_more_lines_than_the_page_shows_are_all_in_the_file(monkeypatch):
    monkeypatch.setattr(import_reports, "LISTED", 3)
    row = upload(make_job(), *((f"{i}.txt", b"x") for i in range(40)))
    assert len(row.report["listed"]) == 3
    assert row.report["not_understood"] == len(lines(row)) == 40


def test_managers_download_the_report_and_nobody_else(client):
    job = make_job()
    row = upload(job, ("=1+1.txt", b"x"))
    url = reverse("transfer-report", args=[row.pk])
    boss, other = project_admin("boss"), person("other")
    Member.objects.create(job=job, user=boss, role="manager")
    Member.objects.create(job=job, user=other, role="annotator")

    client.force_login(other)
    assert client.get(url).status_code in (403, 404)
    client.force_login(boss)
    answer = client.get(url)
    text = answer.getvalue().decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'=1+1.txt,not understood,")
    assert f'filename="{job.slug}-import-{row.pk}.csv"' in answer["Content-Disposition"]
    listed = client.get(reverse("transfers", args=[job.slug])).json()
    assert listed[0]["report_url"] == url
    waiting = transfers.start_import(job, None, "folder", "set")
    assert client.get(reverse("transfer-report", args=[waiting.pk])).status_code == 409


def test_an_upload_whose_name_no_disk_keeps_is_refused_in_words(client):
    job = make_job()
    boss = project_admin("boss")
    Member.objects.create(job=job, user=boss, role="manager")
    client.force_login(boss)
    sent = SimpleUploadedFile("語" * 84 + ".jpg", picture())
    answer = client.post(reverse("uploads", args=[job.slug]), {"files": sent})
    assert answer.status_code == 400
    assert "is too long; rename the file" in answer.json()["message"]
