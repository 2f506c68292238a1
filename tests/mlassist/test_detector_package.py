"""A detector leaves as a zip that anyone can run, or the export says why not."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from labeling.jobs import classes
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.stored_files import digest_of, media_path
from labeling.ledger import runner
from labeling.models import Release, RoundSettings
from labeling.reports.wording import event_text
from labeling.transfers import detector_exports, releases, transfers
from mlassist.detectors.designs import SMALL
from mlassist.detectors.detector import build, predict, save
from mlassist.models import Calibration, Detector
from tests.factories import make_images, make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(settings, tmp_path):
    """With a small detector in round 2, judged on ten images."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made = make_job()
    classes.add(made, "wren")
    round = made.rounds.create(
        number=2,
        purpose="active",
        state="CLOSED",
        closed_at=made.created_at,
        settings=RoundSettings.of_job(made),
    )
    ids = list(made.classes.values_list("index", flat=True))
    torch.manual_seed(0)
    name = f"detectors/{made.pk}/{round.pk}.safetensors"
    digest = save(build(SMALL, ids, (128, 96)), media_path(name))
    detector = Detector.objects.create(
        round=round,
        weights=name,
        digest=digest,
        design=SMALL,
        recipe={},
        class_ids=ids,
        origin="Random weights.",
        trained_on=30,
    )
    Calibration.objects.create(
        detector=detector,
        rule="ridge",
        score_thresholds={"": 0.1},
        box_scores={"overlap": 0.8, "curves": {}},
        target_quality=0.6,
        curve=[],
        points=[],
        validation_images=10,
        validation_quality=0.71,
    )
    return made


def exported(job, **asked):
    row = transfers.start_export(job, None, "detector", **asked)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    return row


def test_the_zip_holds_weights_onnx_file_description_and_a_program_that_runs(job, tmp_path):
    row = exported(job)
    assert (row.error, row.options) == ("", {"export": {"round": 2}})
    assert row.file.endswith(f"{job.slug}-detector-2.zip")
    with zipfile.ZipFile(media_path(row.file)) as package:
        package.extractall(tmp_path / "out")
    out = tmp_path / "out"
    detector = Detector.objects.get(round__job=job)
    assert digest_of(out / "detector.safetensors") == detector.digest
    about = json.loads((out / "about.json").read_text())
    assert about["weights_sha256"] == detector.digest
    assert about["classes"] == {str(c.index): c.name for c in job.classes.all()}
    assert set(about["score_thresholds"].values()) == {0.1}
    assert (about["round"], about["images"], about["quality"]) == (2, 30, 0.71)

    pixels = np.random.default_rng(0).integers(0, 255, (100, 200, 3), np.uint8)
    Image.fromarray(pixels).save(out / "a.png")
    done = subprocess.run(
        [sys.executable, "detect.py", "a.png"], cwd=out, check=True, capture_output=True, text=True
    )
    torch.manual_seed(0)
    ours = predict(build(SMALL, detector.class_ids, (128, 96)), [out / "a.png"])[0]
    assert 0 < len(done.stdout.splitlines()) == (ours.scores >= 0.1).sum()
    (told,) = job.events.filter(kind="detector_exported")
    assert event_text(told) == "Export ready (detector of round 2)"
    assert "Detector (ONNX)" in event_text(job.events.get(kind="export_started"))


def test_a_release_names_the_file_of_the_latest_detector(job):
    make_images(job, 2)
    row = releases.start_release(job, None)
    runner.run("transfer", row.pk)
    with zipfile.ZipFile(media_path(Release.objects.get().file)) as package:
        named = json.loads(package.read("release.json"))["detector"]
    assert named == {"round": 2, "digest": Detector.objects.get(round__job=job).digest}


def test_what_cannot_be_exported_is_refused_in_words(job):
    with pytest.raises(Invalid, match=r"Round 1 has no detector\. Those that have: 2"):
        transfers.start_export(job, None, "detector", round=1)
    with pytest.raises(Invalid, match="name a round at most"):
        transfers.start_export(job, None, "detector", images=True)
    with pytest.raises(Invalid, match="no detector yet"):
        transfers.start_export(make_job(), None, "detector")


def test_no_detector_leaves_while_its_checkers_draw_blind(job):
    audited = job.rounds.create(
        number=3, purpose="closing", state="AUDITING", settings=RoundSettings.of_job(job)
    )
    assert detector_exports.offered(job) == []
    with pytest.raises(Conflict, match="An audit is running"):
        transfers.start_export(job, None, "detector")
    audited.state = "COLLECTING"
    audited.save()
    assert detector_exports.offered(job) == [2]
    assert exported(job).file


def test_a_damaged_detector_is_not_exported(job):
    media_path(Detector.objects.get(round__job=job).weights).write_bytes(b"damaged")
    row = exported(job)
    assert "damaged" in row.error
    assert not row.file
    assert not list(media_path("exports").rglob("*.zip"))
