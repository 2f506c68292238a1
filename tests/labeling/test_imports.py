"""Pictures in: what is taken, what is refused and why, and that nothing is doubled or dropped."""

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image as Picture

from labeling.kernel.errors import Invalid
from labeling.kernel.pictures import Normaliser, normalise
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Image, Label
from labeling.transfers import transfers
from labeling.transfers.core import coco
from tests.factories import make_job
from tests.uploading import coco_file, many_scans, packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_picture_is_stored_privately_and_served_as_a_clean_copy():
    job = make_job()
    exif = Picture.Exif()
    exif[0x010F] = "secret camera"

    upload(job, ("a.jpg", picture(exif=exif)))

    image = Image.objects.get(job=job)
    assert b"secret camera" in media_path(image.original).read_bytes()
    assert b"secret camera" not in media_path(image.file).read_bytes()
    assert (image.width, image.height, image.name) == (60, 40, "a.jpg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_and_pictures_share_one_orientation(tmp_path: Path, orientation):
    """The red corner ends up where the EXIF orientation says, for all eight."""
    source = Picture.new("RGB", (60, 40), "white")
    source.paste((255, 0, 0), (0, 0, 20, 15))
    exif = Picture.Exif()
    exif[0x0112] = orientation
    source.save(tmp_path / "in.png", exif=exif)

    made = normalise(tmp_path / "in.png", tmp_path / "full", tmp_path / "preview.jpg")

    with Picture.open(tmp_path / "full") as opened:
        full = opened.convert("RGB")
    assert full.size == (made["width"], made["height"])
    assert full.size == ((60, 40) if orientation <= 4 else (40, 60))
    right, bottom = full.width - 1, full.height - 1
    corner = {
        1: (0, 0),
        2: (right, 0),
        3: (right, bottom),
        4: (0, bottom),
        5: (0, 0),
        6: (right, 0),
        7: (right, bottom),
        8: (0, bottom),
    }[orientation]
    assert full.getpixel(corner) == (255, 0, 0)


def test_the_same_content_twice_is_named_not_imported_twice():
    job = make_job()
    row = upload(job, ("a.jpg", picture()), ("b.jpg", picture()), ("c.jpg", picture((0, 0, 9))))

    assert job.images.count() == 2
    assert row.report["duplicates"] == 1
    assert row.report["listed"] == [["duplicates", "b.jpg", "the same content as a.jpg"]]


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims a huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


BAD = {
    "cut.jpg": (picture(size=(300, 300))[:-400], "damaged"),
    "text.jpg": (b"hello", "Not a JPEG"),
    "empty.png": (b"", "is empty"),
    "huge.png": (png_claiming(30000, 30000), "megapixels"),
    "wide.png": (png_claiming(25000, 10), "a side"),
    "lie.png": (png_claiming(500, 500), "damaged"),
    "vector.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "Not a JPEG"),
    "scans.jpg": (many_scans(), "too many scans"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_refused_with_its_reason_and_the_others_come_in(name):
    job = make_job()
    data, reason = BAD[name]

    row = upload(job, (name, data), ("good.jpg", picture()))

    assert job.images.count() == 1
    assert row.finished_at
    assert row.report["refused"] == 1
    kind, listed, why = row.report["listed"][0]
    assert (kind, listed) == ("refused", name)
    assert reason in why


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("CMYK", "JPEG"), ("I;16", "PNG")],
)
def test_every_colour_mode_becomes_srgb(tmp_path: Path, mode, kind):
    Picture.new(mode, (30, 20)).save(tmp_path / "in", kind)
    normalise(tmp_path / "in", tmp_path / "full", tmp_path / "preview.jpg")
    with Picture.open(tmp_path / "full") as full:
        assert full.mode == "RGB"


def test_a_file_that_ends_the_child_is_refused_and_the_next_one_works(tmp_path: Path):
    (tmp_path / "good.jpg").write_bytes(picture())
    with Normaliser() as child:
        child.run(tmp_path / "good.jpg", tmp_path / "a", tmp_path / "b.jpg")
        child._child.kill()
        child._child.wait()
        with pytest.raises(Invalid, match="too much time or memory"):
            child.run(tmp_path / "good.jpg", tmp_path / "a", tmp_path / "b.jpg")
        made = child.run(tmp_path / "good.jpg", tmp_path / "a", tmp_path / "b.jpg")
    assert made["width"] == 60


def test_a_zip_is_read_member_by_member():
    job = make_job()
    files = {"deep/a.jpg": picture(), "b.png": picture((0, 9, 0), kind="PNG"), "notes.txt": b"x"}

    row = upload(job, ("pictures.zip", packed(files)))

    assert row.report["imported"] == 2
    assert not media_path(row.source).exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_of_a_zip_is_refused_and_the_others_come_in(method):
    job = make_job()
    files = {"a.png": picture(kind="PNG") * 40, "b.png": picture((0, 9, 0), kind="PNG")}
    raw = bytearray(packed(files, method))
    inside = raw.index(b"a.png") + len("a.png")
    raw[inside + 4 : inside + 42] = b"\xff" * 38

    row = upload(job, ("pictures.zip", bytes(raw)))

    assert [image.name for image in job.images.all()] == ["b.png"]
    [[kind, name, reason]] = row.report["listed"]
    assert (kind, name) == ("refused", "a.png")
    assert "damaged here" in reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"../../evil.jpg": picture()}), "unsafe name"),
        (packed({"/etc/evil.jpg": picture()}), "unsafe name"),
        (packed({"bomb.jpg": b"\0" * 30_000_000}), "unpacks to far more"),
        (b"PK\x03\x04 not a zip", "not a readable zip"),
    ],
)
def test_an_archive_that_escapes_or_explodes_is_refused_whole(data, reason):
    job = make_job()
    row = upload(job, ("x.zip", data))

    assert reason in row.error
    assert not job.images.exists()


def test_boxes_of_a_coco_file_become_labels_suggestions_or_are_left_out_in_words():
    for use, labels, suggestions in (("labels", 2, 0), ("suggestions", 0, 2), ("ignore", 0, 0)):
        job = make_job()
        row = upload(
            job,
            ("a.jpg", picture()),
            ("b.jpg", picture((1, 2, 3))),
            ("c.json", coco_file()),
            boxes=use,
        )
        assert Label.objects.filter(image__job=job, source="imported").count() == labels
        assert job.images.exclude(imported=None).count() == suggestions
        if use == "ignore":
            assert row.report["boxes"] == 0
        else:
            assert "Class 'bird' was added" in row.report["notes"][0]


def test_a_bad_coco_box_is_listed_and_the_others_are_kept():
    job = make_job()
    bad = [
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [5, 5, 20, 20]},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [5, 5, -3, 20]},
        {"id": 3, "image_id": 99, "category_id": 7, "bbox": [5, 5, 3, 20]},
        {"id": 4, "image_id": 2, "category_id": 9, "bbox": [5, 5]},
    ]
    row = upload(
        job,
        ("a.jpg", picture()),
        ("b.jpg", picture((1, 2, 3))),
        ("c.json", coco_file(annotations=bad)),
        boxes="labels",
    )

    assert row.report["boxes"] == 1
    assert row.report["refused_boxes"] == 3


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" + "0" * 400])
@pytest.mark.parametrize("place", range(4))
def test_a_box_of_no_finite_number_is_refused(tmp_path: Path, number, place):
    good = {"image_id": 1, "category_id": 7, "bbox": [5, 5, 20, 20]}
    bad = {**good, "bbox": [*["5"] * place, "?", *["5"] * (3 - place)]}
    text = coco_file(annotations=[bad, good]).decode().replace('"5"', "5").replace('"?"', number)
    (tmp_path / "c.json").write_text(text)

    found = coco.read_coco(tmp_path / "c.json")

    words = "bbox must be four finite numbers: x, y, width, height"
    assert found.refused == [("annotations[0]", "a.jpg", words)]
    assert found.boxes["a.jpg"] == [(0, 5, 5, 25, 25)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "not JSON"),
        (b'{"images": [], "annotations": []}', 'no list "categories"'),
        (b"[" * 100_000, "nested too deeply"),
        (coco_file(categories=[{"id": 1}]), "needs an id and a name"),
    ],
)
def test_a_malformed_coco_file_is_refused_in_words_and_the_pictures_come_in(text, reason):
    job = make_job()
    row = upload(job, ("a.jpg", picture()), ("c.json", text), boxes="labels")

    assert job.images.count() == 1
    assert not Label.objects.exists()
    [[outcome, name, why]] = row.report["listed"]
    assert (outcome, name) == ("refused", "c.json")
    assert reason in why


def test_a_folder_outside_the_import_root_cannot_be_named(settings, tmp_path: Path):
    (tmp_path / "other").mkdir()
    job = make_job()
    for name in ("../other", "/etc", "nothing"):
        row = transfers.start_import(job, None, "folder", name)
        runner.run("transfer", row.pk)
        row.refresh_from_db()
        assert row.error
