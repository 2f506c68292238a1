"""What one job exports another one imports: the same boxes, whatever the pictures are called."""

import io
import zipfile
from pathlib import PurePosixPath

import pytest

from labeling.consolidation import labels
from labeling.jobs import classes
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Job
from labeling.transfers import transfers
from labeling.transfers.core.export_formats import FORMATS
from tests.factories import box, make_job
from tests.uploading import packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = (
    "a b.jpg",
    "Größe ☃ 東.jpg",
    "sub/a b.jpg",
    "sub/deeper/a b.jpg",
    "train/images/c.jpg",
    "x/d.jpg",
    "x/d.png",
    "=cmd|' .jpg",
    '<&>".jpg',
    "'=1+1.jpg",
    "plain.webp",
)
KINDS = ("cat", "dog", '=HYPERLINK("x")', "<b>&'", "naïve ß", "7")
EMPTY = "x/d.jpg"
Found = dict[str, list[tuple[str, float, float, float, float]]]


def pictures() -> dict[str, bytes]:
    kinds = {".png": "PNG", ".webp": "WEBP"}
    return {
        name: picture((20 * i, 9, 60), (60 + i, 40), kinds.get(PurePosixPath(name).suffix, "JPEG"))
        for i, name in enumerate(NAMES)
    }


def boxes_of(place: int) -> list:
    """Boxes that no other image has; one lies along the borders."""
    first = {**box(1.25 + place, 3.1234, 20.5, place % len(KINDS))}
    return [first, {"class_id": 0, "x1": 0.0, "y1": 0.0, "x2": 60.0 + place, "y2": 40.0}]


@pytest.fixture
def job() -> Job:
    made = make_job(name="Pets & <more>")
    for kind in KINDS[2:]:
        classes.add(made, kind)
    upload(made, ("all.zip", packed(pictures())))
    for place, name in enumerate(NAMES):
        image = made.images.get(name=name)
        labels.accept(image, [] if name == EMPTY else boxes_of(place), "human", round=None)
    return made


def exported(job: Job, format: str, **options) -> tuple[str, bytes]:
    row = transfers.start_export(job, None, format, **options)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.finished_at, row.error
    path = media_path(row.file)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    return path.name, path.read_bytes()


def found_in(job: Job, *, under: str = "") -> Found:
    names = dict(job.classes.values_list("index", "name"))
    return {
        image.name.removeprefix(under): sorted(
            (names[b["class_id"]], b["x1"], b["y1"], b["x2"], b["y2"])
            for b in image.labels.get().boxes
        )
        for image in job.images.all()
        if image.labels.exists()
    }


def same(ours: Found, theirs: Found, within: float) -> None:
    assert set(ours) == set(theirs)
    for name, rows in theirs.items():
        assert [row[0] for row in ours[name]] == [row[0] for row in rows], name
        for mine, other in zip(ours[name], rows, strict=True):
            assert mine[1:] == pytest.approx(other[1:], abs=within), name


def called_in(format: str, name: str) -> str:
    """What a picture is called in a zip with pictures."""
    if format in ("yolo", "voc") and name == "x/d.png":
        return "x/d-2.png"
    if format == "yolo" and name == "train/images/c.jpg":
        return "train/c.jpg"
    safe = {"=cmd|' .jpg": "=cmd_' .jpg", '<&>".jpg': "_&__.jpg", "plain.webp": "plain.png"}
    return safe.get(name, name)


WITHIN = dict.fromkeys(FORMATS, 0.0) | {"manifest": 0.5}
FOLDERS = {"voc": "JPEGImages/"}


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("format", FORMATS)
def test_an_export_with_images_comes_into_a_fresh_job_with_the_same_boxes(job, format, split):
    options = {"split": [60, 20, 20]} if split else {}
    name, data = exported(job, format, images=True, **options)
    assert name.endswith(".zip")

    other = make_job()
    row = upload(other, (name, data), boxes="labels")

    assert row.error == ""
    wanted = {called_in(format, name): rows for name, rows in found_in(job).items()}
    found = found_in(other, under=FOLDERS.get(format, "images/"))
    if format == "yolo" and split:
        found = {name.partition("/")[2]: rows for name, rows in found.items()}
    same(found, wanted, WITHIN[format])
    counts = ("refused_boxes", "unused_boxes", "missing", "refused")
    assert [row.report[count] for count in counts] == [0] * len(counts)


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "yolo"])
def test_an_export_without_images_finds_the_pictures_it_is_of(job, format):
    other = make_job()
    upload(other, ("all.zip", packed(pictures())))
    name, data = exported(job, format)
    row = upload(other, (name, data), boxes="labels")

    assert row.error == ""
    same(found_in(other), found_in(job), WITHIN[format])


def test_yolo_labels_alone_find_pictures_by_their_names_without_ending(job):
    other = make_job()
    upload(other, ("all.zip", packed(pictures())))
    name, data = exported(job, "yolo")
    upload(other, (name, data), boxes="labels")

    told = {"a b.jpg", "Größe ☃ 東.jpg", "sub/a b.jpg", "sub/deeper/a b.jpg", "'=1+1.jpg"}
    wanted, found = found_in(job), found_in(other)
    same({n: found[n] for n in told}, {n: wanted[n] for n in told}, 0.0)
    assert all(rows == wanted[name] for name, rows in found.items())  # no other picture's


def test_pictures_come_as_they_are_served_and_are_not_deflated(job):
    _, data = exported(job, "csv", images=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for image in job.images.exclude(name__regex='[|<"]').exclude(name="plain.webp"):
            member = archive.getinfo(f"images/{image.name}")
            assert member.compress_type == zipfile.ZIP_STORED
            assert archive.read(member) == media_path(image.file).read_bytes()
            assert member.external_attr >> 16 == 0o644
