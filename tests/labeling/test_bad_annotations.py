"""Annotations of other tools that cannot be used: each is refused in words, with its place."""

import json
from pathlib import Path

import pytest

from labeling.kernel.errors import Invalid
from labeling.models import Job
from labeling.transfers.core import cvat, label_studio, voc, yolo
from tests.factories import make_job
from tests.labeling.test_import_boxes import lines
from tests.labeling.test_import_formats import CVAT, STUDIO, VOC_A, A, rectangle
from tests.uploading import packed, upload

pytestmark = pytest.mark.django_db(transaction=True)


def refused(job: Job, files: dict[str, bytes]) -> dict[tuple[str, str], str]:
    row = upload(job, ("set.zip", packed({"a.jpg": A, **files})))
    assert row.error == ""
    return {(name, outcome): why for name, outcome, why in lines(row)}


def test_what_is_no_upright_box_is_refused_with_its_place():
    shapes = CVAT.replace(
        b"</image><image",
        b'<polygon label="cat" points="1,1;2,2"/>'
        b'<box label="cat" xtl="1" ytl="1" xbr="9" ybr="9" rotation="30"/>'
        b'<box label="cat" xtl="1" ytl="nan" xbr="9" ybr="9"/></image><image',
        1,
    )
    rows = [
        rectangle("cat", 1, 1, 10, 10, rotation=15),
        rectangle("cat", 1, 1, 10, 10, rectanglelabels=["cat", "dog"]),
        {"type": "polygonlabels", "value": {}},
        {"type": "choices", "value": {"choices": ["sharp"]}},
        rectangle("cat", 1, "x", 10, 10),
    ]
    task = [{"data": {"image": "s3://bucket/a.jpg"}, "annotations": [{"result": rows}]}]
    job = make_job()
    row = upload(job, ("a.jpg", A), ("c.xml", shapes))
    told = [why for _, outcome, why in lines(row) if outcome == "box refused"]
    assert told == [
        "shape 3: a polygon is not a box",
        "shape 4: a box that is turned cannot be kept",
        "shape 5: it needs four numbers: xtl, ytl, xbr, ybr",
    ]
    row = upload(make_job(), ("a.jpg", A), ("l.json", json.dumps(task).encode()))
    told = [why for _, outcome, why in lines(row) if outcome == "box refused"]
    assert told == [
        "task 0, result 1: a box that is turned cannot be kept",
        "task 0, result 2: it has 2 classes; a box has one",
        "task 0, result 3: a polygonlabels is not a box with a class",
        "task 0, result 5: it needs four numbers: x, y, width, height",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"0 0.5 0.5 0.1", "five finite numbers"),
        (b"7 0.5 0.5 0.1 0.1", "class 7 has no name"),
        (b"0.5 0.5 0.5 0.1 0.1", "class 0.5 has no name"),
        (b"0 0.5 nan 0.1 0.1", "five finite numbers"),
        (b"0 0.5 x 0.1 0.1", "it must be numbers"),
        (b"0 .1 .1 .2 .1 .2 .2", "a polygon is not a box"),
        (b"0 1.4 0.5 0.1 0.1", "lies outside the picture"),
    ],
)
def test_each_bad_yolo_line_is_named(content, reason):
    files = {"classes.txt": b"cat\ndog", "a.txt": b"1 0.5 0.5 0.5 0.5\n" + content}
    told = refused(make_job(), files)
    assert reason in " ".join(why for (_, outcome), why in told.items() if outcome == "box refused")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("data.yaml", b"names: [cat, ''", "not readable YAML"),
        ("data.yaml", b"names: {cat: 0}", "is not the number of a class"),
        ("data.yaml", b"names: [cat, [dog]]", "a class needs a name"),
        ("data.yaml", b"names: !!bool perhaps", "not readable YAML"),
        ("a.xml", b"<annotation><filename>", "not readable XML"),
        ("a.xml", b"<?xml version='1.0' encoding='odd'?>" + VOC_A, "not readable XML"),
        ("c.xml", CVAT.replace(b"utf-8", b"odd"), "not readable XML"),
        ("l.json", STUDIO.replace(b"/data/local-files/", b"http://[odd/"), "no address"),
        ("a.xml", VOC_A.replace(b"a.jpg", b""), "names no picture"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + VOC_A.replace(b"a.jpg", b"&b;"), "XML"),
        ("c.xml", b"<annotations><track id='0'/></annotations>", "tracks of a video"),
        ("c.xml", CVAT.replace(b"b.jpg", b"a.jpg"), "stands twice"),
        ("c.xml", CVAT.replace(b'name="images/b.jpg"', b""), "an image needs a name"),
        (
            "l.json",
            STUDIO.replace(b"photos/b.jpg", b"data/upload/3/0a1b2c3d-a.jpg"),
            "another task",
        ),
        ("l.json", b'[{"data": {}, "annotations": [{"result": []}]}]', "names no picture"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(name, content, reason):
    told = refused(make_job(), {name: content})
    assert reason in told[name, "refused"]


def test_class_names_without_labels_add_no_class_and_labels_without_names_say_what_lacks():
    job = make_job()
    before = job.classes.count()
    told = refused(job, {"classes.txt": b"horse\ncow\n"})
    assert job.classes.count() == before
    assert ("classes.txt", "not understood") in told
    told = refused(make_job(), {"a.txt": b"0 0.5 0.5 0.1 0.1"})
    assert "no file names their classes" in told["a.txt", "not understood"]


def test_readers_bound_what_they_read(tmp_path, monkeypatch):
    path = tmp_path / "a.xml"
    path.write_bytes(VOC_A)
    for reader, module in ((voc.read_voc, voc), (cvat.read_cvat, cvat)):
        monkeypatch.setattr(f"{module.__name__}.check_size", _too_large)
        with pytest.raises(Invalid, match="larger than"):
            reader(path)
    assert not label_studio.recognises([1, 2])
    assert not yolo.is_labels("hello world")


def _too_large(path: Path) -> None:
    raise Invalid("The file is larger than 500 MB.")
