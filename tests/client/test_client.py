"""The Python client against a real server with its workers, also one that dies in between."""

import json
import threading
import zipfile
from pathlib import Path

import pytest
from boxwise import Boxwise, Conflict, NotAllowed, NotFound, Unreachable
from boxwise.command import main
from boxwise.errors import BadToken, BoxwiseError, TransferFailed

from tests.uploading import picture


@pytest.fixture
def pictures(tmp_path) -> Path:
    """A folder of three, one of them deeper and with an awkward name."""
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for n, name in enumerate(("a.jpg", "b.jpg", 'deep/ä "c".jpg')):
        (folder / name).write_bytes(picture((n * 50, 10, 10)))
    (folder / ".hidden").write_bytes(b"x")
    return folder


def test_a_job_is_made_filled_started_and_exported(site, pictures, tmp_path):
    assert site.me()["username"] == "mona"
    job = site.create_job(
        name="Whole", classes=["bird", "cat"], annotators=["alice"], assist=False, pilot_size=2
    )
    assert [one["code"] for one in job.read()["missing"]] == ["images", "annotators"]
    job.change(mode="independent", annotators_per_image=1)
    (row,) = job.upload([pictures])
    assert (row["state"], row["report"]["imported"]) == ("finished", 3)
    assert {image["name"] for image in job.images()} == {"a.jpg", "b.jpg", 'ä "c".jpg'}
    assert [image["name"] for image in job.images(name="b.")] == ["b.jpg"]
    job.change_class(1, retired=True)
    assert [one["retired"] for one in job.classes()] == [False, True]
    assert job.start()["state"] == "running"
    assert job.pause()["state"] == "paused"
    assert job.resume()["state"] == "running"
    assert [one["purpose"] for one in job.rounds()] == ["pilot"]
    assert list(job.labels()) == list(job.predictions()) == list(job.certificates()) == []
    last = [one["id"] for one in job.events()][-1]
    assert list(job.events(after=last)) == []
    path = job.export("coco", tmp_path / "labels.json", timeout=120)
    assert json.loads(path.read_bytes())["categories"][0]["name"] == "bird"
    made = job.release("First", split=[80, 10, 10])
    assert (made["number"], made["counts"]["images"]) == (1, 3)
    assert list(job.releases()) == [made]
    with zipfile.ZipFile(job.release_file(1, tmp_path / "release.zip")) as package:
        assert json.loads(package.read("release.json"))["digest"] == made["digest"]
    with pytest.raises(NotFound, match="has no release 2"):
        job.release_file(2, tmp_path / "none.zip")
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []
    image = next(job.images())
    assert job.picture(image["id"], tmp_path / "x.jpg").read_bytes()[:2] in (b"\xff\xd8", b"\x89P")
    with pytest.raises(BoxwiseError, match="WEBHOOK_HOSTS"):
        job.add_webhook(url="https://hooks.test", events=["audit_due"])
    assert list(job.webhooks()) == []
    assert job.snapshot()["job"]["slug"] == job.slug
    assert job.copy().read()["counts"]["images"] == 3
    assert job.wait("running", timeout=5)["state"] == "running"
    with pytest.raises(TimeoutError, match="is not complete"):
        job.wait("complete", timeout=0.1)
    assert job.cancel()["state"] == "cancelled"
    assert "whole" in {one["slug"] for one in site.jobs("cancelled")}


def test_a_zip_brings_its_labels(site, tmp_path):
    coco = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 60, "height": 40}],
        "categories": [{"id": 7, "name": "bird"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [5, 5, 20, 20]}],
    }
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jpg", picture())
        archive.writestr("a.json", json.dumps(coco))
    job = site.create_job(name="Zipped", classes=["bird"])
    job.upload([tmp_path / "a.zip"], "labels")
    (label,) = job.labels(source="imported")
    assert label["boxes"] == [{"class_id": 0, "x1": 5, "y1": 5, "x2": 25, "y2": 25}]


def test_refusals_are_exceptions_with_code_and_place(site, served, token, tmp_path):
    with pytest.raises(BoxwiseError) as refused:
        site.create_job(name="x", risk=2)
    assert (refused.value.status, refused.value.code, refused.value.where) == (
        400,
        "invalid",
        "risk",
    )
    assert str(refused.value).startswith("risk: ")
    with pytest.raises(NotFound):
        site.job("nowhere").read()
    job = site.create_job(name="Refused")
    with pytest.raises(Conflict):
        job.resume()
    with pytest.raises(BoxwiseError, match="Add at least one class"):
        job.start()
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(TransferFailed, match="not a readable zip"):
        job.upload([tmp_path / "bad.zip"])
    with pytest.raises(FileNotFoundError):
        job.upload([tmp_path / "nothing.jpg"])
    with pytest.raises(BadToken):
        Boxwise(served.url, token[:-1] + "é").me()
    with pytest.raises(BadToken, match="unknown, expired or revoked"):
        Boxwise(served.url, "bxw_x").me()
    assert issubclass(NotAllowed, BoxwiseError)


def test_without_address_or_token_it_says_what_to_set(monkeypatch):
    for name in ("BOXWISE_URL", "BOXWISE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadToken, match="BOXWISE_URL"):
        Boxwise()
    with pytest.raises(BadToken, match="BOXWISE_TOKEN"):
        Boxwise("http://127.0.0.1:1")


def test_a_server_that_dies_in_between_is_asked_again_and_does_it_once(site, served):
    before = len(list(site.jobs()))
    served.kill()
    made = []
    waiting = threading.Thread(target=lambda: made.append(site.create_job(name="Once")))
    waiting.start()
    served.start()
    waiting.join(60)
    assert [job.slug for job in made] == ["once"]
    assert len(list(site.jobs())) == before + 1


def test_a_server_that_stays_away_is_an_error_in_words(token, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(Unreachable, match="after 3 tries"):
        Boxwise("http://127.0.0.1:9", token, tries=3).me()


def test_the_command_line_does_it_all(site, pictures, tmp_path, capsys):
    def said(*arguments: str) -> list[str]:
        assert main(arguments) == 0
        return capsys.readouterr().out.splitlines()

    made = said(
        "create",
        "By hand",
        "--class",
        "bird, cat",
        "--annotator",
        "alice",
        "--set",
        "assist=false",
        "--set",
        "annotators_per_image=1",
        "--set",
        "mode=independent",
    )
    assert made == ["by-hand", "Before it starts: Add images."]
    assert said("import", "by-hand", str(pictures)) == ["3 imported, 0 already there, 0 refused"]
    assert said("start", "by-hand") == ["by-hand: running"]
    assert "by-hand\trunning\tBy hand" in said("jobs")
    assert said("status", "by-hand")[0] == "by-hand: running"
    whole = json.loads("\n".join(said("status", "by-hand", "--json")))
    assert whole["snapshot"]["job"]["name"] == "By hand"
    out = str(tmp_path / "out.manifest")
    assert said("export", "by-hand", "--format", "manifest", "--out", out) == [out]
    packed = str(tmp_path / "out.zip")
    split = ("--images", "--split", "80,10,10")
    assert said("export", "by-hand", "--format", "yolo", *split, "--out", packed) == [packed]
    assert "data.yaml" in zipfile.ZipFile(packed).namelist()
    assert main(["export", "by-hand", "--format", "detector", "--out", packed]) == 1
    assert "no detector yet" in capsys.readouterr().err
    out = str(tmp_path / "release.zip")
    first, path = said("release", "by-hand", "--note", "x", "--split", "80,10,10", "--out", out)
    assert first.startswith("release 1: 3 images, digest ")
    assert path == out
    assert said("release", "by-hand", "--number", "1", "--out", out) == [out]
    assert main(["release", "by-hand", "--split", "80,30,x"]) == 1
    assert capsys.readouterr().err.startswith("boxwise: split")
    assert main(["start", "by-hand"]) == 1
    assert capsys.readouterr().err == "boxwise: The job has already started.\n"
    assert main(["create", "x", "--set", "colour=red"]) == 1
    assert capsys.readouterr().err == "boxwise: colour: Unknown field.\n"
