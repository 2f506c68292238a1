"""Started and assisted jobs, and a certificate for tests of the file."""

from typing import Any

import numpy as np
import pytest

from labeling.certification.core import audit_plan, document
from labeling.kernel.boxes import BoxSet, pack, unpack
from labeling.kernel.quality import quality
from labeling.models import Job
from labeling.rounds import lifecycle
from tests.documented import reached
from tests.factories import ALONE, join, make_images, make_job
from tests.running import run_steps

__all__ = ["assisted", "paper", "reached", "started"]


@pytest.fixture
def started(job, mona) -> Job:
    """The job, running, its pilot of two images open."""
    lifecycle.start(job, mona)
    run_steps(job)
    return job


@pytest.fixture
def assisted(settings, alice, rita):
    """Makes assisted jobs with the scripted detector."""
    settings.MLASSIST_ENGINE = "tests.fakes"

    def make(images: int, **fields) -> Job:
        made = make_job(**{**ALONE, "acceptance": "per_round", **fields})
        join(made, alice, "annotator")
        join(made, rita, "reviewer")
        make_images(made, images)
        return made

    return make


@pytest.fixture
def paper() -> dict[str, Any]:
    """A certificate of 60 images, 30 drawn, all nearly perfect."""
    seed = "ab" * 32
    candidates = [[f"{i:064x}", i % 2] for i in range(60)]
    content = {
        "about": {"detector": "00"},
        "guarantee": "quality",
        "images": 60,
        "granted": 0.0,
        "target": 0.6,
        "level": 0.05,
        "budget": 30,
        "most_checks": 30,
        "drawn_blind": False,
        "sets": [
            {"threshold": 0.9, "size": 30, "target": 0.6},
            {"threshold": 0.5, "size": 60, "target": 0.6},
        ],
        "candidates": candidates,
        "predictions": "00",
    }
    keys = [key for key, _ in candidates]
    order = [keys[i] for i in audit_plan.audit_order(keys, seed)]
    locked = {
        "content": content,
        "content_digest": document.digest(content),
        "seed": seed,
        "order_digest": document.digest(order),
        "budgets": [[0, 30]],
    }
    predicted = unpack(BoxSet(np.array([[10.0, 10, 60, 60]]), np.array([0]), np.array([0.9])))
    given = [{"class_id": 0, "x1": 11.0, "y1": 10.0, "x2": 61.0, "y2": 60.0}]
    value = quality(pack(predicted), pack(given))
    draws = [
        {
            "image": key,
            "size": [200, 150],
            "checker": 1,
            "verdict": "corrected",
            "predicted": predicted,
            "boxes": given,
            "value": value,
            "missed_honeypot": None,
            "drawn": None,
            "blind_checker": None,
            "blind_missed_honeypot": None,
            "blind_drawn": None,
            "blind_boxes": None,
            "blind_value": None,
        }
        for key in order[:30]
    ]
    return document.build({"job": "x", "risk": 0.1, "attempt": 1}, locked, draws)
