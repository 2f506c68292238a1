"""Exports as other people's readers see them: supervision, torchvision, pycocotools, csv, XML."""

import contextlib
import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml

from labeling.consolidation import labels
from labeling.models import Job
from tests.factories import box, make_job
from tests.labeling.test_round_trips import exported
from tests.uploading import packed, picture, upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:OpenCV"),
]

WANTED = {  # of each picture: class, edges
    "a.jpg": [(0, (10.5, 5.25, 40.5, 35.25)), (1, (1.0, 2.0, 21.0, 22.0))],
    "b c.jpg": [(1, (3.0, 4.0, 33.0, 34.0))],
    "empty.jpg": [],
    "ü.jpg": [(0, (0.0, 0.0, 60.0, 40.0))],
}


@pytest.fixture
def job() -> Job:
    """Four labelled JPEGs and one without a label."""
    made = make_job(name="Pets")
    names = [*WANTED, "unlabelled.jpg"]
    files = {name: picture((40 * i, 2, 3), (60, 40)) for i, name in enumerate(names)}
    upload(made, ("all.zip", packed(files)))
    for name, rows in WANTED.items():
        boxes = [{"class_id": k, "x1": x, "y1": y, "x2": z, "y2": w} for k, (x, y, z, w) in rows]
        labels.accept(made.images.get(name=name), boxes, "human", round=None)
    return made


def unpacked(job: Job, folder: Path, format: str, **options) -> Path:
    _, data = exported(job, format, **options)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def drawn(dataset, shift: float = 0.0) -> dict:
    """Class and edges of a supervision data set; `shift` of the upper left corners."""
    return {
        Path(path).name: sorted(
            (int(kind), tuple((edges + np.array([shift, shift, 0, 0])).round(3).tolist()))
            for kind, edges in zip(found.class_id, found.xyxy.astype(float), strict=True)
        )
        for path, found in dataset.annotations.items()
    }


def test_supervision_reads_yolo(job, tmp_path):
    import supervision

    root = unpacked(job, tmp_path, "yolo", images=True)
    paths = (str(root / part) for part in ("images", "labels", "data.yaml"))
    data = supervision.DetectionDataset.from_yolo(*paths)
    assert data.classes == ["cat", "dog"]
    found = drawn(data)
    assert set(found) == set(WANTED)
    for name, rows in WANTED.items():
        for (kind, edges), (other, theirs) in zip(sorted(rows), found[name], strict=True):
            assert kind == other and theirs == pytest.approx(edges, abs=1e-3)


def test_ultralytics_finds_both_sides_of_a_split(job, tmp_path):
    root = unpacked(job, tmp_path, "yolo", images=True, split=[50, 50, 0])
    about = yaml.safe_load((root / "data.yaml").read_text())
    assert about == {"train": "images/train", "val": "images/val", "names": {0: "cat", 1: "dog"}}
    pictures = sorted(p for side in ("train", "val") for p in (root / about[side]).iterdir())
    assert sorted(p.name for p in pictures) == sorted(WANTED)
    for path in pictures:  # as its data loader finds them
        label = Path(str(path).replace("/images/", "/labels/", 1)).with_suffix(".txt")
        numbers = np.array([line.split() for line in label.read_text().splitlines()], float)
        assert len(numbers) == len(WANTED[path.name])
        assert numbers.size == 0 or (numbers[:, 1:].max() <= 1 and numbers.shape[1] == 5)


def test_supervision_reads_voc_whose_pixels_it_counts_from_one(job, tmp_path):
    import supervision

    root = unpacked(job, tmp_path, "voc", images=True)
    data = supervision.DetectionDataset.from_pascal_voc(
        str(root / "JPEGImages"), str(root / "Annotations")
    )
    assert data.classes == ["cat", "dog"]
    assert drawn(data, shift=1.0) == {name: sorted(rows) for name, rows in WANTED.items()}


def test_torchvision_loads_voc(job, tmp_path):
    from torchvision.datasets import VOCDetection

    unpacked(job, tmp_path / "VOCdevkit" / "VOC2012", "voc", images=True)
    data = VOCDetection(str(tmp_path), "2012", "trainval")
    assert len(data) == len(WANTED)
    for image, target in data:
        about = target["annotation"]
        assert image.size == (60, 40) == tuple(int(about["size"][s]) for s in ("width", "height"))
        found = [
            (
                ("cat", "dog").index(one["name"]),
                tuple(float(one["bndbox"][edge]) for edge in ("xmin", "ymin", "xmax", "ymax")),
            )
            for one in about["object"]
        ]
        assert found == WANTED[about["filename"]]


def test_torchvision_loads_coco_and_each_side_of_a_split(job, tmp_path):
    from torchvision.datasets import CocoDetection

    root = unpacked(job, tmp_path, "coco", images=True, split=[50, 25, 25])
    seen = {}
    for side in ("train", "val", "test"):
        with contextlib.redirect_stdout(io.StringIO()):
            path = root / "annotations" / f"instances_{side}.json"
            data = CocoDetection(str(root / "images"), str(path))
        for place, (image, rows) in enumerate(data):
            assert image.size == (60, 40)
            name = data.coco.loadImgs(data.ids[place])[0]["file_name"]
            seen[name] = [(row["category_id"] - 1, row["bbox"]) for row in rows]
    assert seen == {
        name: [(k, [x, y, z - x, w - y]) for k, (x, y, z, w) in rows]
        for name, rows in WANTED.items()
    }


def test_cvat_has_its_labels_first_and_each_image_with_its_subset(job):
    _, data = exported(job, "cvat", split=[100, 0, 0])
    root = ElementTree.fromstring(data)  # noqa: S314 our own
    assert [child.tag for child in root][:3] == ["version", "meta", "image"]
    assert [n.text for n in root.iterfind("meta/task/labels/label/name")] == ["cat", "dog"]
    assert {i.get("subset") for i in root.iterfind("image")} == {"train"}
    assert [i.get("id") for i in root.iterfind("image")] == ["0", "1", "2", "3"]
    (whole,) = root.iterfind("image[@name='ü.jpg']/box")
    assert whole.attrib == {
        **{"label": "cat", "source": "manual", "occluded": "0", "z_order": "0"},
        **{"xtl": "0", "ytl": "0", "xbr": "60", "ybr": "40"},
    }


def test_label_studio_has_what_its_import_wants_and_tells_what_has_no_label(job):
    tasks = json.loads(exported(job, "label_studio", unlabelled=True)[1])
    assert [task["data"]["image"] for task in tasks] == [
        f"/data/local-files/?d={name}"
        for name in ("a.jpg", "b%20c.jpg", "empty.jpg", "unlabelled.jpg", "%C3%BC.jpg")
    ]
    assert [len(task["annotations"]) for task in tasks] == [1, 1, 1, 0, 1]
    result = tasks[1]["annotations"][0]["result"]
    assert result == [
        {
            "id": "box-1",
            "type": "rectanglelabels",
            "from_name": "label",
            "to_name": "image",
            "original_width": 60,
            "original_height": 40,
            "image_rotation": 0,
            "value": {
                **{"x": 5.0, "y": 10.0, "width": 50.0, "height": 75.0, "rotation": 0},
                "rectanglelabels": ["dog"],
            },
        }
    ]


def test_a_table_has_a_row_a_box_and_one_for_an_image_that_is_empty(job):
    image = job.images.get(name="unlabelled.jpg")
    labels.accept(image, [{**box(1, 2, 3), "score": 0.75}], "auto", round=None, confidence=0.9)
    rows = list(csv.DictReader(io.StringIO(exported(job, "csv")[1].decode())))
    assert [row["image"] for row in rows] == [
        "a.jpg",
        "a.jpg",
        "b c.jpg",
        "empty.jpg",
        "unlabelled.jpg",
        "ü.jpg",
    ]
    assert rows[3] == {
        **{"image": "empty.jpg", "width": "60", "height": "40", "class": "", "score": ""},
        **{"x1": "", "y1": "", "x2": "", "y2": "", "source": "human", "split": ""},
    }
    assert rows[4] == {
        **{"image": "unlabelled.jpg", "width": "60", "height": "40", "class": "cat"},
        **{"x1": "1", "y1": "2", "x2": "4", "y2": "5"},
        **{"score": "0.75", "source": "auto", "split": ""},
    }
