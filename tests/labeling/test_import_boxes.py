"""Boxes that come with pictures: none is lost, moved or changed without a word."""

import csv
import json
from pathlib import Path

import pytest
from django.utils import timezone

from labeling.consolidation import labels
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Assignment, Image, Label, Transfer
from labeling.transfers import import_reports, imports, transfers
from tests.factories import box, make_job, person
from tests.uploading import coco_file, packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

PAIR = (("a.jpg", picture()), ("b.jpg", picture((1, 2, 3))))


def annotated(*boxes, **changes) -> bytes:
    """A COCO file with these boxes of a.jpg and a good one of b.jpg."""
    rows = [{"id": i, "image_id": 1, "category_id": 7, "bbox": b} for i, b in enumerate(boxes)]
    rows.append({"id": 99, "image_id": 2, "category_id": 7, "bbox": [1, 1, 9, 9]})
    return coco_file(**{"annotations": rows, **changes})


def lines(row: Transfer) -> list[list[str]]:
    """The rows of the report's file."""
    with import_reports.path_of(row).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def edges(image: Image, kind: str = "imported") -> list[tuple[float, ...]]:
    found = image.imported if kind == "imported" else image.labels.get().boxes
    return [(b["x1"], b["y1"], b["x2"], b["y2"]) for b in found or []]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("[5, 5, 1e999, 5]", "finite"),
        ("[0, 0, 1e308, 1e308]", "x2 = 1e+308 lies outside the picture (0 to 60)"),
        ("[1e308, 0, 1e308, 5]", "finite"),
        ("[50, 5, 12, 5]", "x2 = 62 lies outside"),
        ("[-1.5, 5, 12, 5]", "x1 = -1.5 lies outside"),
        ("[5, 5, 0, 5]", "no area"),
        ("[5, 5, -3, 5]", "no area"),
    ],
)
def test_an_image_with_a_refused_box_is_no_finished_label_and_the_box_is_named(bad, reason):
    job = make_job()
    sent = annotated([5, 5, 20, 20], [0, 0, 0, 0.5]).replace(b"[0, 0, 0, 0.5]", bad.encode())
    row = upload(job, *PAIR, ("c.json", sent), boxes="labels")

    a, b = job.images.order_by("name")
    assert not a.labels.exists()
    assert edges(a) == [(5, 5, 25, 25)]
    assert (b.labels.get().source, b.split) == ("imported", "training")
    told = {(name, outcome): why for name, outcome, why in lines(row)}
    assert reason in told["a.jpg in c.json", "box refused"]
    assert "suggestions: no finished label" in told["a.jpg", "taken"]
    assert row.report["refused_boxes"] == 1


def test_a_picture_whose_boxes_were_all_refused_is_neither_an_empty_label_nor_a_suggestion():
    job = make_job()
    upload(job, *PAIR, ("c.json", annotated([500, 500, 5, 5])), boxes="labels")
    image = job.images.get(name="a.jpg")
    assert (image.labels.count(), image.imported, image.split) == (0, None, "")


def test_a_picture_without_an_object_is_an_empty_finished_label():
    job = make_job()
    upload(job, *PAIR, ("c.json", annotated()), boxes="labels")
    assert job.images.get(name="a.jpg").labels.get().boxes == []


@pytest.mark.parametrize(("size", "over"), [((60, 40), 0.9), ((1000, 40), 4.9)])
def test_a_box_that_rounding_put_over_the_border_is_clipped_and_reported(size, over):
    job = make_job()
    images = [{"id": 1, "file_name": "a.jpg"}]
    row_of = {"image_id": 1, "category_id": 7, "bbox": [5, 5, size[0] - 5 + over, 20]}
    sent = coco_file(images=images, annotations=[row_of])
    row = upload(job, ("a.jpg", picture(size=size)), ("c.json", sent), boxes="labels")

    assert edges(job.images.get(), "label") == [(5, 5, size[0], 25)]
    assert row.report["changed_boxes"] == 1
    assert f"reached {over} pixels over the border" in row.report["listed"][0][2]


def test_a_box_that_stands_twice_is_taken_once_and_said():
    job = make_job()
    sent = annotated([5, 5, 20, 20], [5, 5, 20, 20])
    row = upload(job, *PAIR, ("c.json", sent), boxes="labels")
    assert len(job.images.get(name="a.jpg").labels.get().boxes) == 1
    assert "stands twice" in row.report["listed"][0][2]


def test_boxes_for_a_picture_of_another_size_are_refused():
    job = make_job()
    images = [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 60}]
    row = upload(job, PAIR[0], ("c.json", coco_file(images=images)), boxes="labels")
    assert not Label.objects.exists()
    assert "the file says 40 x 60 pixels, the picture has 60 x 40" in row.report["listed"][0][2]


IMAGES = [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}]
DOUBLED = {
    "key": (coco_file().replace(b'"cat', b'"annotations": [], "cat', 1), "'annotations'"),
    "key of a box": (coco_file().replace(b'"bbox"', b'"bbox": [1, 1, 2, 2], "bbox"', 1), "'bbox'"),
    "image id": (coco_file(images=[IMAGES[0], {**IMAGES[1], "id": 1}]), "the id 1 stands twice"),
    "same number": (coco_file(images=[IMAGES[0], {**IMAGES[1], "id": 1.0}]), "the id 1.0 stands"),
    "file name": (coco_file(images=[IMAGES[0], {**IMAGES[1], "file_name": "a.jpg"}]), "'a.jpg'"),
    "category id": (
        coco_file(categories=[{"id": 7, "name": "a"}, {"id": 7, "name": "b"}]),
        "the id 7 stands",
    ),
    "no id": (coco_file(images=[{**IMAGES[0], "id": None}]), "an id is a whole number"),
    "true": (coco_file(images=[{**IMAGES[0], "id": True}]), "an id is a whole number"),
}


@pytest.mark.parametrize("name", DOUBLED)
def test_what_could_move_boxes_to_other_pictures_refuses_the_file(name):
    text, reason = DOUBLED[name]
    job = make_job()
    row = upload(job, *PAIR, ("c.json", text), boxes="labels")
    assert job.images.count() == 2
    assert not Label.objects.exists()
    assert [(o, n) for o, n, _ in row.report["listed"]] == [("refused", "c.json")]
    assert reason in row.report["listed"][0][2]


def test_coco_files_are_found_in_every_way_whatever_they_are_called(settings):
    root = Path(settings.IMPORT_ROOT) / "set"
    for part, color in (("train", (1, 2, 3)), ("valid", (9, 9, 9))):
        (root / part).mkdir(parents=True)
        (root / part / "a.jpg").write_bytes(picture(color))
        (root / part / "_annotations.coco.json").write_bytes(annotated([5, 5, 20, 20]))
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*.*")}

    by_folder, by_zip = make_job(), make_job()
    row = transfers.start_import(by_folder, None, "folder", "set")
    runner.run("transfer", row.pk)
    upload(by_zip, ("set.zip", packed(files)))

    for job in (by_folder, by_zip):
        found = {i.name: edges(i) for i in job.images.all()}
        assert found == {"train/a.jpg": [(5, 5, 25, 25)], "valid/a.jpg": [(5, 5, 25, 25)]}


def test_two_files_that_differ_about_a_picture_spoil_its_finished_label_and_say_so():
    job = make_job()
    row = upload(
        job,
        *PAIR,
        ("c.json", annotated([5, 5, 20, 20])),
        ("d.json", annotated([6, 6, 20, 20])),
        boxes="labels",
    )
    assert list(Label.objects.values_list("image__name", flat=True)) == ["b.jpg"]
    assert "1 boxes of a.jpg, which is this picture, were left out" in row.report["listed"][0][2]


def test_a_name_that_two_pictures_have_is_reported_and_not_guessed():
    job = make_job()
    files = {"x/a.jpg": picture(), "y/a.jpg": picture((9, 9, 9))}
    files["notes/c.json"] = annotated([5, 5, 9, 9])
    row = upload(job, ("set.zip", packed(files)), boxes="labels")
    assert not Label.objects.exists()
    assert "2 pictures may be meant: x/a.jpg, y/a.jpg" in str(row.report["listed"])
    twice = upload(
        make_job(),
        ("a.jpg", picture()),
        ("a.jpg", picture((7, 7, 7))),
        ("c.json", annotated([5, 5, 9, 9])),
        boxes="labels",
    )
    assert not Label.objects.exists()
    assert "2 pictures may be meant" in str(twice.report["listed"])


@pytest.mark.parametrize("use", ["labels", "suggestions"])
@pytest.mark.parametrize("again", [True, False], ids=["with the pictures", "the file alone"])
def test_boxes_are_added_to_images_that_are_here_already(use, again):
    job = make_job()
    upload(job, *PAIR)
    row = upload(job, *(PAIR if again else ()), ("late.json", annotated([5, 5, 20, 20])), boxes=use)

    assert job.images.count() == 2
    a, b = job.images.order_by("name")
    assert edges(a, use if use == "labels" else "imported") == [(5, 5, 25, 25)]
    assert (row.report["duplicates"], row.report["added_boxes"]) == (2 if again else 0, 2)
    assert row.report["boxes"] == 2
    assert row.report["refused"] == 0
    assert (b.split == "training") is (use == "labels")


def test_suggestions_become_a_finished_label_when_they_come_again_as_such():
    job = make_job()
    upload(job, *PAIR, ("c.json", coco_file()))
    upload(job, ("c.json", coco_file()), boxes="labels")
    assert Label.objects.count() == 2
    assert not job.images.exclude(imported=None).exists()


def test_boxes_for_an_image_with_a_label_or_with_work_are_not_used_and_say_why():
    job = make_job()
    upload(job, *PAIR, ("c.jpg", picture((8, 8, 8))))
    a, b, c = job.images.order_by("name")
    labels.accept(a, [box()], "human", round=None)
    round = job.rounds.create(number=1, purpose="pilot", state="COLLECTING", settings={})
    Assignment.objects.create(
        round=round,
        image=b,
        slot=1,
        state="submitted",
        annotator=person("ann"),
        boxes=[],
        submitted_at=timezone.now(),
        version=1,
    )
    Image.objects.filter(pk=c.pk).update(excluded="manager")
    images = [{"id": i, "file_name": f"{n}.jpg"} for i, n in enumerate("abcz", 1)]

    row = upload(job, ("late.json", annotated([5, 5, 9, 9], images=images)), boxes="labels")

    told = {name: why for _, name, why in row.report["listed"]}
    assert told["a.jpg in late.json"] == "the image has a label already"
    assert told["b.jpg in late.json"] == "people are at work on the image, or were"
    assert told["c.jpg in late.json"] == "the image is excluded: by a manager"
    assert "no picture of this name" in told["z.jpg in late.json"]
    assert Label.objects.count() == 1


def test_a_late_label_takes_the_open_assignment_of_its_image_away():
    job = make_job()
    upload(job, PAIR[0])
    round = job.rounds.create(number=1, purpose="pilot", state="COLLECTING", settings={})
    assignment = Assignment.objects.create(
        round=round, image=job.images.get(), slot=1, state="open"
    )
    upload(job, ("late.json", annotated([5, 5, 20, 20])), boxes="labels")
    assignment.refresh_from_db()
    assert assignment.state == "withdrawn"
    assert Label.objects.count() == 1


def test_an_export_finds_its_images_again_by_content_though_two_have_one_name():
    job = make_job()
    upload(job, ("a.jpg", picture()))
    upload(job, ("a.jpg", picture((9, 9, 9))))
    first, second = job.images.order_by("pk")
    labels.accept(first, [box(1, 1, size=9)], "human", round=None)
    labels.accept(second, [box(2, 2, size=9)], "human", round=None)
    row = transfers.start_export(job, None, "coco")
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    exported = media_path(row.file).read_bytes()

    copy = make_job()
    files = {"y/a.jpg": picture((9, 9, 9)), "x/a.jpg": picture(), "e.json": exported}
    upload(copy, ("q.zip", packed(files)), boxes="labels")
    later = make_job()
    upload(later, ("a.jpg", picture((9, 9, 9))))
    upload(later, ("e.json", exported), boxes="labels")

    assert {i.name: edges(i, "label")[0][0] for i in copy.images.all()} == {
        "x/a.jpg": 1,
        "y/a.jpg": 2,
    }
    assert edges(later.images.get(), "label")[0][0] == 2


def test_what_a_killed_import_had_refused_is_in_the_report_once(settings, monkeypatch):
    job = make_job()
    root = Path(settings.IMPORT_ROOT) / "set"
    root.mkdir()
    count = 60
    for i in range(count):
        (root / f"{i:02}.png").write_bytes(picture((i, 0, 0), kind="PNG"))
    images = [{"id": i, "file_name": f"{i:02}.png"} for i in range(count)]
    rows = [{"image_id": i, "category_id": 7, "bbox": [500, 5, 5, 5]} for i in range(count)]
    (root / "all.json").write_bytes(coco_file(images=images, annotations=rows))
    row = transfers.start_import(job, None, "folder", "set", boxes="labels")
    real, calls = import_reports.add, []

    def dies_after_writing(*args):
        real(*args)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(import_reports, "add", dies_after_writing)
    with pytest.raises(KeyboardInterrupt):
        runner.run("transfer", row.pk)
    runner.run("transfer", row.pk)

    row.refresh_from_db()
    told = lines(row)
    assert row.report["refused_boxes"] == count
    assert [line[0] for line in told if line[1] == "taken"] == [f"{i:02}.png" for i in range(count)]
    assert len([line for line in told if line[1] == "box refused"]) == count
    assert row.report["written"] == import_reports.path_of(row).stat().st_size
    assert not Label.objects.exists()
    assert count > imports.CHUNK
    assert json.dumps(row.report)
