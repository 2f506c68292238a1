"""What an export is asked for: pictures, a split, sources, rounds, classes; and no harm."""

import csv
import io
import json
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from django.db import IntegrityError

from labeling.consolidation import labels
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.management import reconcile
from labeling.models import Image, Label, Round, Transfer
from labeling.transfers import export_options, exports, transfers
from labeling.transfers.core.export_formats import FORMATS
from labeling.transfers.core.export_package import Package
from labeling.transfers.core.splits import split_of
from labeling.transfers.sources import Archive
from tests.factories import box, make_images, make_job
from tests.labeling.test_round_trips import exported

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job():
    """Labels of all sources, an empty one, and an image without; the second is of round 1."""
    made = make_job(name="Pets")
    people, machine, reviewer, imported, _ = make_images(made, 5)
    labels.accept(people, [box(), box(5, class_id=1)], "human", round=None)
    round = Round.objects.create(job=made, number=1, purpose="active", state="closed", settings={})
    labels.accept(machine, [{**box(), "score": 0.9}], "auto", round=round, confidence=0.9)
    labels.accept(reviewer, [], "reviewer", round=None)
    Label.objects.create(image=imported, source="imported", boxes=[box(class_id=1)])
    return made


def rows(job, **options) -> dict[str, list[str]]:
    """Classes of the boxes by the number of the image."""
    table = csv.DictReader(io.StringIO(exported(job, "csv", **options)[1].decode()))
    found: dict[str, list[str]] = {}
    for row in table:
        found.setdefault(row["image"][9], []).append(row["class"])
    return found


ALL = {"0": ["cat", "dog"], "1": ["cat"], "2": [""], "3": ["dog"]}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, ALL),
        ({"source": "people"}, {"0": ["cat", "dog"], "2": [""], "3": ["dog"]}),
        ({"source": "auto"}, {"1": ["cat"]}),
        ({"round": 1}, {"1": ["cat"]}),
        # an image whose boxes are of other classes is one without an object
        ({"classes": [1]}, {"0": ["dog"], "1": [""], "2": [""], "3": ["dog"]}),
        ({"classes": [1], "source": "auto"}, {"1": [""]}),
        ({"unlabelled": False, "images": False, "split": [], "classes": []}, ALL),
    ],
)
def test_an_export_has_the_labels_that_were_asked_for(job, options, wanted):
    assert rows(job, **options) == wanted


def test_classes_that_were_asked_for_are_numbered_without_gaps_where_a_format_wants_that(job):
    _, data = exported(job, "yolo", classes=[1])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = {m.filename: archive.read(m).decode() for m in archive.infolist()}
    assert texts["labels/image-0000.txt"].startswith("0 ")
    assert texts["labels/image-0001.txt"] == ""
    assert "names:\n  0: dog\n" in texts["data.yaml"]
    coco = json.loads(exported(job, "coco", classes=[1])[1])
    assert coco["categories"] == [{"id": 2, "name": "dog"}]


def test_images_without_a_label_come_where_the_format_can_tell_them(job):
    manifest = [json.loads(line) for line in exported(job, "manifest")[1].splitlines()]
    assert len(manifest) == 5
    assert len(exported(job, "manifest", unlabelled=False)[1].splitlines()) == 4
    assert len(json.loads(exported(job, "label_studio")[1])) == 4
    assert len(json.loads(exported(job, "label_studio", unlabelled=True)[1])) == 5


@pytest.mark.parametrize(
    ("format", "options", "words"),
    [
        ("xml", {}, "Choose a format: coco, yolo, voc, cvat, label_studio, csv, manifest"),
        ("coco", {"unlabelled": True}, "choose label_studio or manifest, or leave"),
        ("coco", {"split": [80, 10]}, "three whole percentages"),
        ("coco", {"split": [80, 10, 20]}, "sum to 100"),
        ("coco", {"split": [110, -20, 10]}, "three whole percentages"),
        ("coco", {"classes": [0, 7]}, "no class with the index 7"),
        ("coco", {"round": 4}, "no round 4"),
        ("coco", {"source": "somebody"}, "people, auto"),
    ],
)
def test_what_cannot_be_exported_is_refused_when_it_is_asked_for(job, format, options, words):
    with pytest.raises(Invalid, match=words):
        transfers.start_export(job, None, format, **options)
    assert not Transfer.objects.exists()


def test_one_export_of_a_format_and_options_is_under_way_at_a_time(job):
    plain = transfers.start_export(job, None, "yolo")
    split = transfers.start_export(job, None, "yolo", split=[80, 10, 10])
    assert plain.pk != split.pk
    again = transfers.start_export(job, None, "yolo", split=[80, 10, 10], images=False, classes=[])
    assert again.pk == split.pk
    digest = export_options.digest({"split": [80, 10, 10]})
    assert split.options_digest == digest
    with pytest.raises(IntegrityError):
        Transfer.objects.create(job=job, kind="export", format="yolo", options_digest=digest)


def test_an_image_stays_on_its_side_when_others_come_and_in_every_format(job):
    labels.accept(job.images.last(), [box()], "human", round=None)

    def sides(format: str) -> dict[str, str]:
        _, data = exported(job, format, split=[40, 30, 30])
        if format == "csv":
            return {r["image"]: r["split"] for r in csv.DictReader(io.StringIO(data.decode()))}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            lists = (f"ImageSets/Main/{side}.txt" for side in ("train", "val", "test"))
            return {
                f"{line}.png": PurePosixPath(path).stem
                for path in lists
                for line in archive.read(path).decode().splitlines()
            }

    before = sides("csv")
    assert sides("voc") == before
    for image in make_images(job, 40):
        labels.accept(image, [box()], "human", round=None)
    after = sides("csv")
    assert len(after) == 45
    assert set(after.values()) == {"train", "val", "test"}
    assert {name: after[name] for name in before} == before


def test_a_split_has_the_shares_that_were_asked_for_and_moving_its_border_moves_few():
    digests = [f"{i:064x}" for i in range(20_000)]
    sides = [split_of(digest, [80, 10, 10]) for digest in digests]
    for side, share in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
        assert sides.count(side) / len(sides) == pytest.approx(share, abs=0.01)  # 3 sd: .009
    later = [split_of(digest, [70, 20, 10]) for digest in digests]
    moved = {(a, b) for a, b in zip(sides, later, strict=True) if a != b}
    assert moved == {("train", "val")}
    assert {split_of(digest, [100, 0, 0]) for digest in digests} == {"train"}


def test_a_side_that_got_no_image_is_there_and_one_without_a_share_is_not(job):
    job.images.exclude(pk=job.images.first().pk).delete()
    _, data = exported(job, "coco", split=[50, 50, 0])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert set(found) == {"annotations/instances_train.json", "annotations/instances_val.json"}
    assert sorted(len(one["images"]) for one in found.values()) == [0, 1]
    assert all(len(one["categories"]) == 2 for one in found.values())


@pytest.mark.parametrize("format", FORMATS)
def test_a_job_without_a_label_is_exported_too(format):
    job = make_job()
    assert exported(job, format)[1] is not None
    assert exported(job, format, split=[80, 10, 10])[1] is not None


HOSTILE = (
    "../../etc/passwd",
    "/etc/cron.d/x.png",
    "C:\\Windows\\a.png",
    "..",
    "...",
    "a/./../b.png",
    "con\x01\x1b[31m.png",
    "new\nline.png",
    "\ufffe.png",
    "=1+1.png",
    "A.png",
    "a.PNG",
    "-" + "x" * 240 + ".png",
)


@pytest.mark.parametrize("format", FORMATS)
def test_no_name_leads_out_of_the_archive_or_hides_another_file(format):
    job = make_job()
    for image, name in zip(make_images(job, len(HOSTILE)), HOSTILE, strict=True):
        Image.objects.filter(pk=image.pk).update(name=name)
        labels.accept(image, [box()], "human", round=None)
    Label.objects.update(boxes=[box()])
    job.classes.filter(index=0).update(name="=cmd|'/c'!A1\ufffe<x>")

    name, data = exported(job, format, images=True)

    path = media_path("hostile.zip")
    path.write_bytes(data)
    members = Archive(path, path.parent).names()  # refuses what leads out, links, and the like
    folded = [name.casefold() for name in members]
    assert len(set(folded)) == len(folded)
    assert sum(n.lower().endswith(".png") for n in members) == len(HOSTILE)
    assert all(c.isprintable() or c == "\ufffe" for n in members for c in n)


def test_no_cell_is_a_formula(job):
    Image.objects.filter(pk=job.images.first().pk).update(name="=1+1.png")
    job.classes.filter(index=0).update(name='=HYPERLINK("http://x","y")')
    job.classes.filter(index=1).update(name="@SUM(A1)")
    cells = [c for row in csv.reader(io.StringIO(exported(job, "csv")[1].decode())) for c in row]
    assert "'=1+1.png" in cells
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_picture_that_is_gone_is_named(job):
    media_path(job.images.first().file).unlink()
    row = transfers.start_export(job, None, "voc", images=True)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.is_given_up
    assert "JPEGImages/image-0000.png is gone from the server" in row.error
    assert not list(media_path(f"exports/{row.pk}").iterdir())


def test_an_export_that_was_killed_is_done_again_from_the_start(job):
    row = transfers.start_export(job, None, "yolo", images=True)
    left = media_path(f"exports/{row.pk}/abc.parts")
    left.mkdir(parents=True)
    (left / "whole").write_bytes(b"half of it")
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.finished_at and not left.exists()
    assert zipfile.ZipFile(media_path(row.file)).testzip() is None
    assert row.size == media_path(row.file).stat().st_size


def test_who_was_taken_over_does_not_remove_what_the_next_one_writes(tmp_path):
    target, alive = tmp_path / "out" / "out.zip", lambda: None
    target.parent.mkdir()
    stalled = Package(target, packed=True, heartbeat=alive)
    stalled.add("a.txt", "first")
    with Package(target, packed=True, heartbeat=alive) as package:
        package.add("a.txt", "second")
        stalled.__exit__()
        package.finish()
    assert zipfile.ZipFile(target).read("a.txt") == b"second"
    assert list(target.parent.iterdir()) == [target]


def test_parts_of_an_export_that_is_given_up_are_removed_and_others_stay(job):
    folders = []
    for format, attempts in (("coco", 0), ("yolo", 5)):
        row = transfers.start_export(job, None, format)
        Transfer.objects.filter(pk=row.pk).update(attempts=attempts)
        folders.append(media_path(f"exports/{row.pk}/abc.parts"))
    folders.append(media_path("exports/987654/abc.parts"))  # of a job that is gone
    for folder in folders:
        folder.mkdir(parents=True)
    reconcile.reconcile()
    assert [folder.exists() for folder in folders] == [True, False, False]


def test_the_lease_is_kept_while_pictures_are_copied(job, settings, tmp_path):
    settings.STEP_LEASE_SECONDS = 0
    told: list[int] = []
    options: dict = {"images": True}
    path = Path(tmp_path / "out.zip")
    exports.write_export(job, "csv", options, path, lambda done, of: told.append(done))
    # sizes and copies of four pictures, the page, the table at the end
    assert told == [*[0] * 4, *[0] * 4, 5, 5]


def test_no_image_is_lost_between_two_pages(job, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    assert rows(job) == ALL
