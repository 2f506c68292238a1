"""Tables (CSV) and Ground Truth manifests come in as others write them, and say what they lack."""

import json

import pytest

from tests.factories import make_job
from tests.labeling.test_import_boxes import lines
from tests.labeling.test_import_formats import A, B, found_in
from tests.uploading import packed, upload

pytestmark = pytest.mark.django_db(transaction=True)

WANTED = {"a.jpg": [("cat", 6, 4, 30, 20), ("dog", 30, 10, 54, 30)], "b.jpg": []}
TABLES = {
    "ours": b"image,width,height,class,x1,y1,x2,y2,score,source,split\r\n"
    b"a.jpg,60,40,cat,6,4,30,20,,human,train\r\na.jpg,60,40,dog,30,10,54,30,0.5,auto,train\r\n"
    b"b.jpg,60,40,,,,,,,human,val\r\n",
    "TensorFlow's": b"filename,width,height,class,xmin,ymin,xmax,ymax\n"
    b"a.jpg,60,40,cat,6,4,30,20\na.jpg,60,40,dog,30,10,54,30\nb.jpg,60,40,,,,,\n",
    "other order and capitals": b"Label,X_Min,Y_Min,X_Max,Y_Max,Image_Name\n"
    b'"cat",6,4,30,20,photos/a.jpg\ndog,30.0,10.0,54.0,30.0,photos/a.jpg\n\n,,,,,b.jpg\n',
    "a German spreadsheet's": "\ufeffimage;class;x1;y1;x2;y2\r\n".encode()
    + b"a.jpg;cat;6,0;4,0;30;20\r\na.jpg;dog;30;10;54;30\r\nb.jpg;;;;;\r\n",
    "tabs": b"path\tleft\ttop\tright\tbottom\tcategory\n"
    b"a.jpg\t6\t4\t30\t20\tcat\na.jpg\t30\t10\t54\t30\tdog\nb.jpg\t\t\t\t\t\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_each_table_brings_the_same_boxes(name):
    job = make_job()
    row = upload(job, ("a.jpg", A), ("b.jpg", B), ("boxes.csv", TABLES[name]), boxes="labels")
    assert found_in(job) == WANTED
    assert row.report["refused_boxes"] == row.report["not_understood"] == 0


HEAD = b"image,class,x1,y1,x2,y2\n"


@pytest.mark.parametrize(
    ("table", "outcome", "words"),
    [
        (b"a.jpg,6,4,30,20,cat\n", "not understood", "Its first line must name the columns"),
        (b"image,class,x1,y1\n", "not understood", "image, class, x1, y1, x2, y2"),
        (HEAD + b"a.jpg,cat,.1,.1,.5,.5\n", "refused", "seem to be shares"),
        (HEAD + "a.jpg,Bär,1,1,5,5\n".encode("latin-1"), "refused", "not UTF-8"),
        (HEAD + b'a.jpg,"' + b"x" * 200_000 + b'",1,1,5,5\n', "refused", "not readable CSV"),
        (HEAD + b"a.jpg,cat,1,1,5\n", "box refused", "line 2: it needs four numbers"),
        (HEAD + b"\na.jpg,cat,1,1,nan,5\n", "box refused", "line 3: it needs four numbers"),
        (HEAD + b"a.jpg,,1,1,5,5\n", "box refused", "a class needs a name"),
        (HEAD + b"a.jpg,cat,1,1,500,5\n", "box refused", "x2 = 500 lies outside"),
        (HEAD + b",cat,1,1,5,5\n", "box refused", "line 2: it names no image"),
        (
            HEAD.replace(b"\n", b",width,height\n")
            + b"a.jpg,cat,1,1,5,5,60,40\na.jpg,cat,2,2,5,5,600,400\n",
            "box refused",
            "an earlier row says 60 x 40 pixels",
        ),
    ],
)
def test_what_a_table_lacks_is_said_with_its_line(table, outcome, words):
    job = make_job()
    row = upload(job, ("a.jpg", A), ("boxes.csv", table), boxes="labels")
    assert row.error == ""
    told = [why for _, what, why in lines(row) if what == outcome]
    assert words in " ".join(told)


def attribute(name: str, created: str, *boxes: tuple[int, ...], **metadata) -> dict:
    """The two keys of a labelling job in a line."""
    sides = ("class_id", "left", "top", "width", "height")
    return {
        name: {
            "image_size": [{"width": 60, "height": 40, "depth": 3}],
            "annotations": [dict(zip(sides, box, strict=True)) for box in boxes],
        },
        f"{name}-metadata": {
            "objects": [{"confidence": 0.8}] * len(boxes),
            "class-map": {"0": "cat", "5": "dog"},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": created,
            "job-name": "labeling-job/pets",
            **metadata,
        },
    }


def manifest(*lines: dict) -> bytes:
    return "".join(json.dumps(line) + "\r\n" for line in lines).encode()


BOTH = ((0, 6, 4, 24, 16), (5, 30, 10, 24, 20))
DAY = "2018-10-18T22:18:13.527256"


def test_an_output_manifest_brings_its_boxes_by_the_names_in_the_bucket():
    job = make_job()
    sent = manifest(
        {"source-ref": "s3://bucket/some folder/a.jpg", **attribute("pets", DAY, *BOTH)},
        {"source-ref": "https://bucket.s3.amazonaws.com/b%2Ejpg", **attribute("pets", DAY)},
    )
    files = {"some folder/a.jpg": A, "b.jpg": B, "out.manifest": sent}
    row = upload(job, ("set.zip", packed(files)), boxes="labels")
    assert found_in(job) == WANTED
    assert row.report["refused_boxes"] == row.report["missing"] == 0


def test_of_chained_jobs_the_attribute_made_last_is_taken_and_said():
    later = attribute("adjusted", "2020-01-01T00:00:00.000001", BOTH[1], **{"adjustment": "yes"})
    line = {"source-ref": "a.jpg", **later, **attribute("pets", DAY, *BOTH)}
    line |= {
        "verify-x": "1",
        "verify-x-metadata": {"class-name": "bad", "type": "groundtruth/label-verification"},
        "weather": "rain",
    }
    job = make_job()
    row = upload(job, ("a.jpg", A), ("out.manifest", manifest(line)), boxes="labels")
    assert found_in(job) == {"a.jpg": [WANTED["a.jpg"][1]]}
    told = " | ".join(why for *_, why in lines(row))
    assert "line 1: 2 attributes with boxes (pets, adjusted); the last one made is taken" in told
    assert "left out 1 times: attribute verify-x (groundtruth/label-verification)" in told


def test_an_input_manifest_names_pictures_and_labels_none():
    job = make_job()
    upload(job, ("b.jpg", B))
    named = manifest(*({"source-ref": f"s3://bucket/x/{name}.jpg"} for name in "abc"))
    row = upload(job, ("a.jpg", A), ("in.manifest", named), boxes="labels")
    assert found_in(job) == {}
    assert job.images.count() == 2
    assert not job.images.exclude(imported=None).exists()
    told = [name for name, outcome, _ in lines(row) if outcome == "image not found"]
    assert told == ["x/c.jpg in in.manifest"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"source-ref": "a.jpg"', "line 1: The text is not JSON"),
        (b'{"source-ref": 7}', 'line 1: it has no "source-ref" that names a picture'),
        (b'{"source-ref": "a.jpg", "source-ref": "b.jpg"}', "stands twice in one object"),
        (b'{"source-ref": "http://[odd/a.jpg"}', "is no address of a picture"),
        (
            manifest({"source-ref": "a.jpg", **attribute("pets", DAY, (3, 1, 1, 5, 5))}),
            "line 1, box 1: class 3 has no name in the class-map",
        ),
        (
            manifest({"source-ref": "a.jpg", **attribute("pets", DAY, (0, 1, 1, 5, None))}),
            "line 1, box 1: it needs four numbers: left, top, width, height",
        ),
        (manifest(*[{"source-ref": "a.jpg"}] * 2), "an earlier line is of 'a.jpg', too"),
        (
            manifest(*[{"source-ref": "a.jpg", **attribute("pets", DAY, *BOTH)}] * 2),
            "Give every picture one line",
        ),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line, words):
    job = make_job()
    row = upload(job, ("a.jpg", A), ("out.manifest", line), boxes="labels")
    assert row.error == ""
    assert not found_in(job)
    assert words in " | ".join(why for *_, why in lines(row))


def test_a_good_line_is_used_beside_one_that_is_none():
    good = manifest({"source-ref": "a.jpg", **attribute("pets", DAY, *BOTH)})
    job = make_job()
    upload(job, ("a.jpg", A), ("out.manifest", good + b"{broken\n"), boxes="labels")
    assert found_in(job) == {"a.jpg": WANTED["a.jpg"]}
