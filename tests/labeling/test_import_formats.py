"""Boxes as other tools write them: each format brings the same, and says what it cannot use."""

import json
from pathlib import Path

import numpy as np
import pytest

from labeling.models import Job
from tests.factories import make_job
from tests.labeling.test_import_boxes import edges, lines
from tests.uploading import packed, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

A, B = picture(), picture((1, 2, 3))  # 60 x 40 pixels
WANTED = {"a.jpg": [("cat", 6, 4, 30, 20), ("dog", 30, 10, 54, 30)], "b.jpg": []}

VOC_A = b"""<annotation><folder>x</folder><filename>a.jpg</filename>
<size><width>60</width><height>40</height><depth>3</depth></size>
<object><name>cat</name><difficult>0</difficult>
<bndbox><xmin>6</xmin><ymin>4</ymin><xmax>30</xmax><ymax>20</ymax></bndbox></object>
<object><name>dog</name>
<bndbox><xmin>30</xmin><ymin>10</ymin><xmax>54</xmax><ymax>30</ymax></bndbox></object></annotation>"""
VOC_B = b"<annotation><filename>b</filename></annotation>"  # some tools leave the ending out
CVAT = b"""<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta/>
<image id="0" name="images/a.jpg" width="60" height="40">
<box label="cat" xtl="6" ytl="4" xbr="30" ybr="20" occluded="0" z_order="0"/>
<box label="dog" xtl="30.00" ytl="10" xbr="54" ybr="30"><attribute name="age">2</attribute></box>
</image><image id="1" name="images/b.jpg" width="60" height="40"/></annotations>"""


def rectangle(kind: str, x: float, y: float, width: float, height: float, **more) -> dict:
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0}
    value |= {"rectanglelabels": [kind], **more}
    return {"type": "rectanglelabels", "from_name": "label", "to_name": "image", "value": value}


STUDIO = json.dumps(
    [
        {
            "id": 1,
            "data": {"image": "/data/upload/3/0a1b2c3d-a.jpg"},
            "annotations": [
                {"was_cancelled": True, "result": [rectangle("cat", 0, 0, 50, 50)]},
                {"result": [rectangle("cat", 10, 10, 40, 40), rectangle("dog", 50, 25, 40, 50)]},
            ],
            "predictions": [{"result": [rectangle("cat", 1, 1, 1, 1)]}],
        },
        {
            "id": 2,
            "data": {"image": "/data/local-files/?d=photos/b.jpg"},
            "annotations": [{"result": []}],
        },
        {"id": 3, "data": {"image": "c.jpg"}, "annotations": []},
    ]
).encode()
LABELS = b"0 0.3 0.3 0.4 0.4\n1 0.7 0.5 0.4 0.5 0.93\n"
SETS = {
    "Pascal VOC": {
        "JPEGImages/a.jpg": A,
        "JPEGImages/b.jpg": B,
        "Annotations/a.xml": VOC_A,
        "Annotations/b.xml": VOC_B,
    },
    "CVAT": {"images/a.jpg": A, "images/b.jpg": B, "annotations.xml": CVAT},
    "Label Studio": {"a.jpg": A, "photos/b.jpg": B, "export.json": STUDIO},
    "YOLO, folders": {
        "data.yaml": b"train: images\nnc: 2\nnames: [cat, dog]\n",
        "train/images/a.jpg": A,
        "val/images/b.jpg": B,
        "train/labels/a.txt": LABELS,
        "val/labels/b.txt": b"",
        "train.txt": b"train/images/a.jpg\n",
    },
    "YOLO, side by side": {
        "set/classes.txt": b"cat\ndog\n",
        "set/a.jpg": A,
        "set/a.txt": LABELS,
        "set/b.jpg": B,
        "set/b.txt": b"\n",
    },
    "YOLO, numbered names": {
        "data.yml": b"names:\n  1: dog\n  0: cat\n",
        "images/a.jpg": A,
        "images/b.jpg": B,
        "labels/a.txt": b"\xef\xbb\xbf" + LABELS.replace(b"\n", b"\r\n"),
        "labels/b.txt": b"",
    },
}


def found_in(job: Job) -> dict[str, list[tuple]]:
    """Class name and edges of every labelled image's boxes, by the picture's own name."""
    names = dict(job.classes.values_list("index", "name"))
    return {
        Path(image.name).name: [
            (names[box["class_id"]].lower(), *edge)
            for box, edge in zip(image.labels.get().boxes, edges(image, "labels"), strict=True)
        ]
        for image in job.images.all()
        if image.labels.exists()
    }


@pytest.mark.parametrize("name", SETS)
def test_each_format_brings_the_same_finished_labels(name):
    job = make_job()
    row = upload(job, ("set.zip", packed(SETS[name])), boxes="labels")

    assert row.error == ""
    found = found_in(job)
    assert set(found) == set(WANTED)
    for image, boxes in WANTED.items():
        assert [box[0] for box in found[image]] == [box[0] for box in boxes]
        for ours, theirs in zip(found[image], boxes, strict=True):
            assert ours[1:] == pytest.approx(theirs[1:], abs=1e-3)
    assert row.report["refused_boxes"] == row.report["changed_boxes"] == 0
    assert row.report["boxes"] == 2


@pytest.mark.parametrize("name", SETS)
def test_boxes_alone_find_the_images_that_are_here(name):
    job = make_job()
    upload(job, ("a.jpg", A), ("b.jpg", B))
    alone = {n: data for n, data in SETS[name].items() if not n.endswith(".jpg")}
    row = upload(job, ("boxes.zip", packed(alone)))

    taken = sorted(edges(job.images.get(name="a.jpg")))
    assert taken == [pytest.approx(box[1:], abs=1e-3) for box in WANTED["a.jpg"]]
    assert row.report["imported"] == 0
    assert row.report["added_boxes"] >= 1


def test_several_annotations_of_a_task_are_told_and_the_last_is_taken():
    both = [
        {"result": [rectangle("cat", 0, 0, 50, 50)]},
        {"result": [rectangle("dog", 0, 0, 9, 9)]},
    ]
    task = [{"data": {"image": "a.jpg"}, "annotations": both}]
    job = make_job()
    row = upload(job, ("a.jpg", A), ("l.json", json.dumps(task).encode()), boxes="labels")
    assert found_in(job) == {"a.jpg": [("dog", 0, 0, pytest.approx(5.4), pytest.approx(3.6))]}
    assert "2 annotations; the last one is taken" in " ".join(why for *_, why in lines(row))


def test_what_is_to_be_ignored_is_ignored_and_said_of_every_file():
    job = make_job()
    row = upload(job, ("set.zip", packed(SETS["YOLO, folders"])), boxes="ignore")
    told = {name: why for name, outcome, why in lines(row) if outcome == "annotations"}
    assert set(told) == {"data.yaml", "train/labels/a.txt", "val/labels/b.txt"}
    assert all(why.endswith("were ignored, as asked") for why in told.values())
    assert not job.images.exclude(imported=None).exists() and not found_in(job)


def test_the_nearest_names_count_and_a_picture_of_either_folder_is_told_apart():
    files = {
        "one/data.yaml": b"names: [cat]",
        "two/data.yaml": b"names: [dog]",
        "one/images/a.jpg": A,
        "one/labels/a.txt": b"0 .5 .5 .5 .5",
        "two/images/a.jpg": B,
        "two/labels/a.txt": b"0 .5 .5 1 1",
    }
    job = make_job()
    upload(job, ("set.zip", packed(files)), boxes="labels")
    names = dict(job.classes.values_list("index", "name"))
    found = {
        image.name: [names[b["class_id"]] for b in image.labels.get().boxes]
        for image in job.images.all()
    }
    assert found == {"one/images/a.jpg": ["cat"], "two/images/a.jpg": ["dog"]}


@pytest.mark.filterwarnings("ignore:OpenCV")
@pytest.mark.parametrize("form", ["yolo", "voc"])
def test_what_supervision_writes_comes_in_within_half_a_pixel(form, tmp_path):
    import supervision

    (tmp_path / "a.jpg").write_bytes(A)
    drawn = np.array([[6.0, 4, 30, 20], [30, 10, 54, 30]])
    found = supervision.Detections(xyxy=drawn, class_id=np.array([0, 1]))
    path = str(tmp_path / "a.jpg")
    data = supervision.DetectionDataset(["cat", "dog"], [path], {path: found})
    if form == "yolo":
        data.as_yolo(
            str(tmp_path / "images"), str(tmp_path / "labels"), str(tmp_path / "data.yaml")
        )
    else:
        data.as_pascal_voc(str(tmp_path / "images"), str(tmp_path / "annotations"))
    (tmp_path / "a.jpg").unlink()
    files = {
        p.relative_to(tmp_path).as_posix(): p.read_bytes()
        for p in tmp_path.rglob("*")
        if p.is_file()
    }
    job = make_job()
    upload(job, ("set.zip", packed(files)), boxes="labels")

    taken = found_in(job)["a.jpg"]
    # it counts VOC's pixels from 1, as the original data set did
    assert [b[1:] for b in taken] == [
        pytest.approx(e, abs=1.0 if form == "voc" else 0.5) for e in drawn
    ]
