"""What earlier detectors left behind reads the same after the tables changed."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mlassist.core.boxscores import AS_THEY_ARE, BoxScores
from mlassist.core.cuts import Cuts
from tests.factories import make_images, make_job

BEFORE = ("mlassist", "0003_confidence_comparison")


@pytest.mark.django_db(transaction=True)
def test_the_mirrored_view_and_the_score_cut_are_kept():
    job = make_job()
    make_images(job, 2)
    one, other = job.images.order_by("pk")
    round_ = job.rounds.create(number=1, purpose="active", state="TRAINING", settings={})
    try:
        MigrationExecutor(connection).migrate([BEFORE])
        old = MigrationExecutor(connection).loader.project_state([BEFORE]).apps
        detector = old.get_model("mlassist", "Detector").objects.create(
            round_id=round_.pk, weights="w", digest="d", design="x", recipe={}, class_ids=[0],
            origin="", trained_on=3,
        )  # fmt: skip
        predictions = old.get_model("mlassist", "Prediction").objects
        predictions.create(detector=detector, image_id=one.pk, boxes=[], mirrored=[{"score": 0.5}])
        predictions.create(detector=detector, image_id=other.pk, boxes=[], mirrored=None)
        old.get_model("mlassist", "Calibration").objects.create(
            detector=detector, rule="ridge", score_cut=0.4, target_quality=0.6, curve=[],
            points=[], validation_images=0,
        )  # fmt: skip
    finally:
        newest = MigrationExecutor(connection)
        newest.migrate(newest.loader.graph.leaf_nodes("mlassist"))

    from mlassist.models import Calibration, Prediction

    views = dict(Prediction.objects.values_list("image", "views"))
    assert views == {one.pk: {"flip": [{"score": 0.5}]}, other.pk: {}}
    row = Calibration.objects.get()
    assert Cuts.from_json(row.cuts) == Cuts(0.4)
    assert BoxScores.from_json(row.box_scores).to_json() == AS_THEY_ARE.to_json()
