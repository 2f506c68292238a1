"""Labels out: the Ground Truth manifest to the letter, and COCO that other tools read."""

import contextlib
import io
import json

import pytest
from django.db import IntegrityError

from labeling.consolidation import labels
from labeling.jobs import classes, setup
from labeling.kernel.errors import Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger import runner
from labeling.models import Image, Job, Label, Transfer
from labeling.transfers import exports, transfers
from tests.factories import box, make_images, make_job

pytestmark = pytest.mark.django_db(transaction=True)


def export(job, format: str) -> str:
    """The export's text."""
    row = transfers.start_export(job, None, format)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.finished_at, row.error
    return media_path(row.file).read_text()


@pytest.fixture
def labelled():
    """Four images: several people, one person, auto, none."""
    job = make_job(name="Pets")
    several, one, auto, _ = make_images(job, 4)
    labels.accept(
        several,
        [box(10.4, 20.6), box(5, 5, class_id=1)],
        "human",
        round=None,
        detail={"method": "em", "probability": [0.987, 0.6]},
    )
    labels.accept(one, [box()], "human", round=None, detail={"method": "single"})
    labels.accept(auto, [{**box(), "score": 0.914}], "auto", round=None, confidence=0.9)
    return job


def test_the_manifest_follows_ground_truth_line_by_line(labelled):
    lines = [json.loads(line) for line in export(labelled, "manifest").splitlines()]

    several, one, auto, bare = lines
    created = Label.objects.filter(image__name="image-0000.png").get().created_at
    assert several == {
        "source-ref": "image-0000.png",
        "pets": {
            "image_size": [{"width": 200, "height": 150, "depth": 3}],
            "annotations": [
                {"class_id": 0, "left": 10, "top": 21, "width": 50, "height": 50},
                {"class_id": 1, "left": 5, "top": 5, "width": 50, "height": 50},
            ],
        },
        "pets-metadata": {
            "objects": [{"confidence": 0.99}, {"confidence": 0.6}],
            "class-map": {"0": "cat", "1": "dog"},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": created.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "job-name": "labeling-job/pets",
        },
    }
    assert one["pets-metadata"]["objects"] == [{"confidence": 0.0}]
    assert one["pets-metadata"]["class-map"] == {"0": "cat"}
    assert auto["pets-metadata"]["human-annotated"] == "no"
    assert auto["pets-metadata"]["objects"] == [{"confidence": 0.91}]
    assert bare == {"source-ref": "image-0003.png"}


def test_pycocotools_reads_the_coco_export(labelled, tmp_path):
    from pycocotools.coco import COCO

    path = tmp_path / "out.json"
    path.write_text(export(labelled, "coco"))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(path))

    assert len(coco.getImgIds()) == 3  # the fourth has no label: it is no empty picture
    assert len(coco.getAnnIds()) == 4
    assert {c["name"]: c["id"] for c in coco.loadCats(coco.getCatIds())} == {"cat": 1, "dog": 2}
    first = coco.loadAnns(coco.getAnnIds(imgIds=[min(coco.getImgIds())]))[0]
    assert first["bbox"] == [10.4, 20.6, 50, 50]


@pytest.mark.filterwarnings("ignore:OpenCV")
def test_supervision_reads_the_coco_export(labelled, tmp_path):
    import supervision
    from PIL import Image as Picture

    for i in range(4):
        Picture.new("RGB", (200, 150)).save(tmp_path / f"image-{i:04}.png")
    path = tmp_path / "out.json"
    path.write_text(export(labelled, "coco"))
    data = supervision.DetectionDataset.from_coco(str(tmp_path), str(path))

    assert len(data) == 3
    assert sum(len(boxes) for boxes in data.annotations.values()) == 4


def test_what_was_exported_comes_in_again_unchanged(labelled, settings):
    from pathlib import Path

    from PIL import Image as Picture

    folder = Path(settings.IMPORT_ROOT) / "again"
    folder.mkdir()
    for i in range(4):
        Picture.new("RGB", (200, 150), (i, 0, 0)).save(folder / f"image-{i:04}.png")
    (folder / "out.json").write_text(export(labelled, "coco"))
    other = make_job()
    row = transfers.start_import(other, None, "folder", "again", boxes="labels")
    runner.run("transfer", row.pk)

    before = {r.image.name: r.boxes for r in Label.objects.filter(image__job=labelled)}
    after = {r.image.name: r.boxes for r in Label.objects.filter(image__job=other)}
    for name, boxes in before.items():
        edges = [{k: b[k] for k in ("class_id", "x1", "y1", "x2", "y2")} for b in boxes]
        assert after[name] == edges


def test_an_export_under_way_is_given_again_and_a_new_one_made_afterwards(labelled):
    first = transfers.start_export(labelled, None, "coco")
    assert transfers.start_export(labelled, None, "coco").pk == first.pk
    assert transfers.start_export(labelled, None, "manifest").pk != first.pk
    assert labelled.events.filter(kind="export_started").count() == 2
    runner.run("transfer", first.pk)
    assert transfers.start_export(labelled, None, "coco").pk != first.pk


@pytest.mark.parametrize(("attempts", "again"), [(1, False), (3, True)])
def test_a_failed_export_is_given_again_until_it_is_given_up(labelled, attempts, again):
    first = transfers.start_export(labelled, None, "coco")
    labelled.transfers.update(error="The disk is full.", attempts=attempts)
    assert (transfers.start_export(labelled, None, "coco").pk != first.pk) == again


def test_the_database_itself_keeps_a_second_one_out(labelled):
    Transfer.objects.create(job=labelled, kind="export", format="coco")
    with pytest.raises(IntegrityError):
        Transfer.objects.create(job=labelled, kind="export", format="coco")
    for _ in range(2):  # imports stand side by side
        Transfer.objects.create(job=labelled, kind="import", format="zip")


def export_while_others_work(job, images, format, path, monkeypatch) -> str:
    """An export in pages of two; after the first one a class comes, and labels of it."""
    monkeypatch.setattr(exports, "CHUNK", 2)

    def work(done, total):
        if done == 2:
            classes.add(job, "late")
            for image in (images[1], images[5]):
                labels.accept(image, [box(class_id=2)], "human", round=None)

    exports.write_export(job, format, {}, path, work)
    return path.read_text()


def test_a_coco_export_lists_the_images_and_classes_of_all_its_boxes(monkeypatch, tmp_path):
    job = make_job()
    images = make_images(job, 6)
    labels.accept(images[0], [box()], "human", round=None)

    text = export_while_others_work(job, images, "coco", tmp_path / "out.json", monkeypatch)

    found = json.loads(text)
    assert [i["id"] for i in found["images"]] == [images[0].pk, images[5].pk]
    assert {a["image_id"] for a in found["annotations"]} == {images[0].pk, images[5].pk}
    assert {a["category_id"] for a in found["annotations"]} == {1, 3}
    assert {c["id"] for c in found["categories"]} == {1, 2, 3}
    assert [path.name for path in tmp_path.glob("out*")] == ["out.json"]


def test_a_manifest_knows_a_class_that_came_while_it_was_written(monkeypatch, tmp_path):
    job = make_job()
    images = make_images(job, 6)
    labels.accept(images[0], [box()], "human", round=None)

    text = export_while_others_work(job, images, "manifest", tmp_path / "out", monkeypatch)

    lines = [json.loads(line) for line in text.splitlines()]
    assert [job.slug in line for line in lines] == [True] + [False] * 4 + [True]
    assert lines[5][f"{job.slug}-metadata"]["class-map"] == {"2": "late"}


def test_pictures_of_one_name_have_names_of_their_own_in_every_export():
    job = make_job()
    names = ["a.jpg", "a.jpg", "b/a.jpg", "a-2.jpg", "a.jpg", "no ending", "no ending"]
    for image, name in zip(make_images(job, 7), names, strict=True):
        Image.objects.filter(pk=image.pk).update(name=name)
        labels.accept(image, [box()], "human", round=None)
    told = ["a.jpg", "a-2.jpg", "b/a.jpg", "a-2-2.jpg", "a-3.jpg", "no ending", "no ending-2"]

    def exported() -> tuple[list[str], list[str]]:
        coco = json.loads(export(job, "coco"))
        lines = export(job, "manifest").splitlines()
        return [i["file_name"] for i in coco["images"]], [
            json.loads(line)["source-ref"] for line in lines
        ]

    assert exported() == (told, told)
    labels.exclude(job.images.all()[1], "manager", None)
    assert exported()[1] == [told[0], *told[2:]]


RESERVED = ("source", "source-ref", "Source-Ref", "cats-metadata", "cats-ref")


@pytest.mark.parametrize("address", RESERVED)
def test_an_address_that_the_manifest_uses_otherwise_is_refused_wherever_a_job_is_named(address):
    from django.core.exceptions import ValidationError

    with pytest.raises(Invalid, match="is reserved"):
        setup.create("Cats", None, slug=address)
    with pytest.raises(ValidationError, match="is reserved"):
        Job(name="Cats", slug=address).full_clean()
    made = setup.create(address.replace("-", " "), None)
    assert made.slug == f"{address.lower()}-2"


def test_a_manifest_of_an_older_job_with_a_reserved_address_keeps_the_images_names():
    job = make_job()
    labels.accept(make_images(job, 1)[0], [box()], "human", round=None)
    Job.objects.update(slug="source-ref")
    job.refresh_from_db()
    line = json.loads(export(job, "manifest"))
    assert line["source-ref"] == "image-0000.png"
    assert len(line["source-ref-boxes"]["annotations"]) == 1


def test_an_unknown_format_is_refused():
    with pytest.raises(Invalid, match="coco, yolo"):
        transfers.start_export(make_job(), None, "xml")
