"""A worker dies in an import, export or release: the next one finishes it, nothing doubled."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
PICTURES = 60  # three chunks
DEATHS = 5  # of workers at one place, until an import is given up
PATIENCE = 120.0

SET_UP = """
from tests import factories
factories.make_job(slug="moved")
"""
IMPORT = """
from labeling.models import Job
from labeling.transfers import transfers
transfers.start_import(Job.objects.get(), None, "folder", "set")
"""
EXPORT = """
from labeling.models import Image, Job, Label
from labeling.transfers import transfers
Label.objects.bulk_create(Label(image=i, source="human", boxes=[]) for i in Image.objects.all())
transfers.start_export(Job.objects.get(), None, "coco", images=True)
"""
RELEASE = """
from labeling.models import Job
from labeling.transfers import releases
releases.start_release(Job.objects.get(), None, note="killed")
"""
READ_RELEASES = """
import json
from pathlib import Path
from labeling.kernel.stored_files import media_path
from labeling.models import Release
from labeling.transfers import releases
releases.clean_up_left()
print(json.dumps({
    "releases": [(r.number, r.note, r.digest) for r in Release.objects.all()],
    "file": str(media_path(Release.objects.get().file)),
    "folders": len(list(media_path(releases.FOLDER).iterdir())),
}))
"""
READ = """
import json
import zipfile
from labeling.models import Image, Transfer
from labeling.jobs.images import media_path
row = Transfer.objects.first()
whole = all(
    media_path(name).is_file()
    for image in Image.objects.all() for name in (image.original, image.file, image.preview)
)
print(json.dumps({
    "finished": row.finished_at is not None, "error": row.error, "attempts": row.attempts,
    "names": sorted(Image.objects.values_list("name", flat=True)), "whole": whole,
    "report": row.report,
    "export": json.loads(
        zipfile.ZipFile(media_path(row.file)).read("annotations/instances_all.json")
    ) if row.file else None,
    "packed": sorted(zipfile.ZipFile(media_path(row.file)).namelist()) if row.file else None,
    "beside": len(list(media_path(row.file).parent.iterdir())) if row.file else None,
}))
"""


class Moving:
    """A data folder whose workers die where they are told to."""

    def __init__(self, folder: Path) -> None:
        self.env = {
            **os.environ,
            "LABELING_DATA": str(folder),
            "STEP_LEASE_SECONDS": "1",
            "LOG_LEVEL": "ERROR",
        }

    def manage(self, *command: str, fault: str = "") -> str:
        """Run one command to its end, which the fault may bring early."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**self.env, "LABELING_FAULT": fault},
        )
        assert done.returncode == (-9 if fault else 0), done.stderr
        return done.stdout

    def worker(self, fault: str = "") -> "subprocess.Popen[bytes]":
        """A worker armed with this fault."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "worker", "--queue", "default", "--interval", "0.05"],
            cwd=ROOT,
            env={**self.env, "LABELING_FAULT": fault},
        )

    def die(self, fault: str) -> None:
        """Let one worker meet its end there."""
        worker = self.worker(fault)
        try:
            assert worker.wait(PATIENCE) == -9
        finally:
            worker.kill()
            worker.wait()

    def finish(self) -> dict[str, Any]:
        """Let a sound worker do the rest; what came of it."""
        worker = self.worker()
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                found: dict[str, Any] = json.loads(self.manage("shell", "-v0", "-c", READ))
                if found["finished"] or found["error"]:
                    return found
                assert time.monotonic() < deadline, found
        finally:
            worker.terminate()
            worker.wait(20)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory) -> Path:
    """A data folder with a job and a folder of sixty pictures to import."""
    folder: Path = tmp_path_factory.mktemp("prepared")
    source = folder / "import" / "set"
    source.mkdir(parents=True)
    for i in range(PICTURES):
        file = io.BytesIO()
        Picture.new("RGB", (40, 30), (i, 0, 0)).save(file, "PNG")
        (source / f"{i:02}.png").write_bytes(file.getvalue())
    moving = Moving(folder)
    prepared.data_folder(folder)
    moving.manage("shell", "-v0", "-c", SET_UP)
    return folder


@pytest.fixture
def moving(sixty: Path, tmp_path: Path) -> Moving:
    """A copy of it of one's own."""
    return Moving(Path(shutil.copytree(sixty, tmp_path / "data")))


def test_an_import_killed_at_every_kind_of_point_brings_each_picture_once(moving):
    moving.manage("shell", "-v0", "-c", IMPORT)
    moving.die("kill:transfer.before_write")
    moving.die("kill:transfer.after_write")

    found = moving.finish()

    assert found["error"] == ""
    assert found["names"] == [f"{i:02}.png" for i in range(PICTURES)]
    assert found["whole"]
    assert (found["report"]["imported"], found["report"]["duplicates"]) == (PICTURES, 0)


@pytest.mark.parametrize("point", ["before", "after"])
def test_whoever_dies_around_the_message_of_an_import_it_is_done_once(moving, point):
    moving.manage("shell", "-v0", "-c", IMPORT, fault=f"kill:enqueue.{point}")

    found = moving.finish()

    assert found["error"] == ""
    assert found["report"]["imported"] == len(found["names"]) == PICTURES


def test_an_export_killed_before_its_end_is_written_whole(moving):
    moving.manage("shell", "-v0", "-c", IMPORT)
    moving.finish()
    moving.manage("shell", "-v0", "-c", EXPORT)
    moving.die("kill:transfer.before_write")
    moving.die("kill:transfer.after_write")

    found = moving.finish()

    assert found["error"] == ""
    assert [i["file_name"] for i in found["export"]["images"]] == found["names"]
    assert found["packed"][1:] == [f"images/{name}" for name in found["names"]]
    assert found["beside"] == 1  # nothing is left of the attempts that died
    assert len(found["names"]) == PICTURES


def test_a_release_killed_before_and_after_its_commit_is_made_once(moving):
    moving.manage("shell", "-v0", "-c", IMPORT)
    moving.finish()
    moving.manage("shell", "-v0", "-c", RELEASE)
    moving.die("kill:transfer.claimed")
    moving.die("kill:transfer.before_write")
    moving.die("kill:transfer.after_write")

    assert moving.finish()["error"] == ""
    found = json.loads(moving.manage("shell", "-v0", "-c", READ_RELEASES))
    ((number, note, digest),) = found["releases"]
    assert (number, note, found["folders"]) == (1, "killed", 1)
    told = moving.manage("verify_release", found["file"])
    assert f"{PICTURES} images, 0 labelled" in told
    assert digest in told


def test_an_import_that_kills_its_worker_at_one_place_is_given_up_in_words(moving):
    moving.manage("shell", "-v0", "-c", IMPORT)
    for _ in range(DEATHS):
        moving.die("kill:transfer.before_write")

    found = moving.finish()

    assert f"Its worker died {DEATHS} times at it" in found["error"]
    assert found["names"] == []
