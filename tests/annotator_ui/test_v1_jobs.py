"""A job made, changed and run by a program alone."""

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from annotator_ui.api.v1.jobs import JobOptions
from labeling.jobs.options import OPTIONS
from labeling.jobs.presets import PRESETS
from labeling.ledger import runner
from labeling.models import Image, Job, Label
from labeling.rounds import lifecycle
from tests.factories import box, join, make_images, make_job, project_admin, work_all
from tests.programs import Program, problem
from tests.running import run_steps
from tests.uploading import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(mona) -> Program:
    return Program(mona)


def test_a_program_knows_every_option_of_the_form():
    assert set(JobOptions.__annotations__) == set(OPTIONS)


def test_a_job_is_made_with_its_presets_numbers_and_changes_of_them(program, mona):
    made = program("post", "jobs", name="Birds", preset="ground_truth", batch_size=77)
    expected = {**PRESETS["ground_truth"], "batch_size": 77}
    assert {name: made["options"][name] for name in expected} == expected
    job = Job.objects.get(slug=made["slug"])
    assert (job.name, job.created_by, job.state) == ("Birds", mona, "draft")
    assert made["roles"] == ["manager"]
    assert [one["code"] for one in made["missing"]] == ["classes", "images", "annotators"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"preset": "best"}, "preset"),
        ({"risk": 2}, "risk"),
        ({"batch_size": 0}, "batch_size"),
        ({"detector": "yolo"}, "detector"),
        ({"slug": "two words"}, "slug"),
        ({"start_from": "nowhere"}, "start_from"),
        ({"validation_size": 0, "training_size": 3}, "validation_size"),
        ({"guarantee": "dataset", "per_class": True}, None),
        ({"price_image": "-1"}, "price_image"),
        ({"state": "running"}, "state"),
        ({"name": ""}, "name"),
    ],
)
def test_options_that_make_no_sense_are_refused_as_in_the_form(program, wrong, where):
    reply = program.send("post", "jobs", **{"name": "Birds", **wrong})
    assert problem(reply) == (400, "invalid", where)
    assert not Job.objects.exists()


def test_an_address_that_is_taken_is_refused_and_one_of_a_name_is_made_free(program, job):
    reply = program.send("post", "jobs", name="x", slug=job.slug)
    assert problem(reply) == (400, "invalid", "slug")
    assert program("post", "jobs", name=job.name)["slug"] == f"{job.slug}-2"


def test_a_job_of_others_is_no_start_and_looks_like_one_that_is_not_there(program):
    foreign = make_job(name="Foreign")
    known = program.send("post", "jobs", name="x", start_from=foreign.slug).json()
    assert known == program.send("post", "jobs", name="x", start_from="nowhere").json()


def test_options_are_changed_and_some_are_fixed_once_started(program, job):
    told = program("patch", "job", job.slug, name="New", price_image="0.5", budget=None)
    assert (told["name"], told["options"]["price_image"]) == ("New", "0.5000")
    job.refresh_from_db()
    assert (job.name, job.price_image) == ("New", Decimal("0.5"))
    lifecycle.start(job, None)
    program("patch", "job", job.slug, batch_size=9, acceptance=job.acceptance)
    refused = problem(program.send("patch", "job", job.slug, acceptance="per_round"))
    assert refused == (409, "conflict", "acceptance")


def test_only_project_admins_make_jobs(rita):
    reply = Program(rita).send("post", "jobs", name="x")
    assert problem(reply) == (403, "not_allowed", None)


def test_classes_are_added_renamed_and_retired(program, job):
    bird = program("post", "classes", job.slug, name="bird")
    assert (bird["index"], bird["hotkey"]) == (2, "3")
    program("patch", "class", job.slug, 2, name="crow", retired=True)
    names = [(c["index"], c["name"], c["retired"]) for c in program_classes(program, job)]
    assert names == [(0, "cat", False), (1, "dog", False), (2, "crow", True)]
    for body in ({"name": "CAT"}, {"name": "x", "hotkey": "1"}):
        reply = program.send("post", "classes", job.slug, **body)
        assert problem(reply)[:2] == (400, "invalid")
        assert "Another class has this" in reply.json()["detail"]
    assert problem(program.send("patch", "class", job.slug, 1, name="Cat"))[0] == 400
    assert problem(program.send("patch", "class", job.slug, 9, name="x"))[0] == 404
    assert problem(program.send("post", "classes", job.slug, name="x", color="red"))[2] == "color"


def program_classes(program: Program, job: Job) -> list:
    return program("get", "classes", job.slug)["items"]


def test_members_come_by_user_name_and_go_by_number(program, job, eve):
    added = program("post", "members", job.slug, username="EVE", role="reviewer")
    assert added["username"] == "eve"
    assert program("post", "members", job.slug, username="eve", role="reviewer") == added
    program("delete", "member", job.slug, added["id"])
    assert not job.members.filter(user=eve).exists()
    reply = program.send("post", "members", job.slug, username="nobody")
    assert problem(reply) == (400, "invalid", "username")
    other = make_job()
    join(other, eve, "annotator")
    foreign = other.members.get()
    assert problem(program.send("delete", "member", job.slug, foreign.pk))[0] == 404
    assert other.members.exists()


def test_images_are_found_by_what_became_of_them(program, job, mona):
    first, second, third, *_ = job.images.all()
    Label.objects.create(image=first, source="human", boxes=[box()])
    Label.objects.create(image=second, source="imported", boxes=[])
    Image.objects.filter(pk=first.pk).update(split="validation")
    assert program("patch", "image", third.pk, excluded=True)["excluded"] == "by a manager"
    program("patch", "image", third.pk, excluded=True)

    def found(**asked: object) -> list[int]:
        return [one["id"] for one in program("get", "images", job.slug, **asked)["items"]]

    assert found(state="labelled") == [first.pk, second.pk]
    assert found(source="imported") == [second.pk]
    assert found(state="excluded") == [third.pk]
    assert len(found(state="unlabelled")) == 9
    assert found(split="validation") == [first.pk]
    assert len(found(split="none")) == 11
    assert found(name="0007") == [job.images.get(name="image-0007.png").pk]
    assert program("patch", "image", third.pk, excluded=False)["excluded"] == ""


def test_labels_tell_their_boxes_and_to_managers_who_made_them(program, job, rita):
    image = job.images.first()
    row = Label.objects.create(image=image, source="reviewer", boxes=[box()], by=rita)
    (label,) = program("get", "labels", job.slug)["items"]
    assert (label["boxes"], label["by"], label["name"]) == ([box()], "rita", image.name)
    assert Program(rita)("get", "label", row.pk)["by"] is None
    assert program("get", "labels", job.slug, source="auto")["items"] == []
    assert len(program("get", "image-labels", image.pk)) == 1


def test_a_whole_job_is_run_by_programs(program, alice):
    sizes = {"pilot_size": 3, "batch_size": 3, "annotators_per_image": 1}
    made = program("post", "jobs", name="Birds", assist=False, mode="independent", **sizes)
    slug = made["slug"]
    program("post", "classes", slug, name="bird")
    program("post", "members", slug, username="alice")
    for part in range(2):
        sent = {f"{part}{n}.jpg": picture((part * 90, n * 40, 9)) for n in (1, 2, 3)}
        files = [SimpleUploadedFile(name, data) for name, data in sent.items()]
        program.files("put", "upload-part", slug, "ab" * 16, part, files=files)
    row = program("post", "imports", slug, upload="ab" * 16)
    assert program("post", "imports", slug, upload="ab" * 16)["id"] == row["id"]
    runner.run("transfer", row["id"])
    done = program("get", "import", row["id"])
    assert (done["state"], done["report"]["imported"]) == ("finished", 6)
    assert b"01.jpg" in program.send("get", "import-report", row["id"]).getvalue()

    assert program("post", "actions", slug, action="start")["state"] == "running"
    job = Job.objects.get(slug=slug)
    for _ in range(4):
        run_steps(job)
        work_all(job, alice, boxes=lambda _: [box(5, 5, 20)])
    assert program("get", "job", slug)["state"] == "complete"
    assert {one["purpose"] for one in program("get", "rounds", slug)["items"]} == {
        "pilot",
        "active",
    }

    order = program("post", "exports", slug, format="coco")
    assert problem(program.send("get", "export-file", order["id"])) == (409, "conflict", None)
    runner.run("transfer", order["id"])
    assert program("get", "export", order["id"])["url"] == f"/api/v1/exports/{order['id']}/file"
    file = program.send("get", "export-file", order["id"]).getvalue()
    assert len(json.loads(file)["annotations"]) == 6
    assert problem(program.send("get", "import", order["id"]))[0] == 404


def test_a_zip_comes_in_one_request(program, job):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", picture())
    sent = SimpleUploadedFile("x.zip", packed.getvalue())
    row = program.files("post", "uploads", job.slug, files=sent, boxes="labels")
    runner.run("transfer", row["id"])
    assert program("get", "import", row["id"])["report"]["imported"] == 1
    reply = program.send("post", "imports", job.slug)
    assert problem(reply) == (400, "invalid", "upload")


def test_a_folder_of_the_server_is_imported_for_project_admins_and_none_outside(program, job, rita):
    folder = settings.IMPORT_ROOT / "birds"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(picture())
    row = program("post", "imports", job.slug, folder="birds")
    runner.run("transfer", row["id"])
    assert program("get", "import", row["id"])["report"]["imported"] == 1
    for name in ("../..", "/etc", "nowhere"):
        reply = program.send("post", "imports", job.slug, folder=name)
        assert problem(reply) == (400, "invalid", "folder"), name
    join(job, rita, "manager")
    assert problem(Program(rita).send("post", "imports", job.slug, folder="birds"))[0] == 403


def test_the_list_of_jobs_has_ones_own_in_every_state(program, job):
    otto = project_admin("otto")
    theirs = make_job(name="Theirs")
    join(theirs, otto, "manager")
    make_images(theirs, 1)
    assert [one["slug"] for one in program("get", "jobs")["items"]] == [job.slug]
    assert program("get", "jobs", state="running")["items"] == []
