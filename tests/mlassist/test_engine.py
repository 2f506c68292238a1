"""The engine's door: wishes of a job, weights of the machine, the round before."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeling.kernel.errors import Invalid
from mlassist.training import engine
from mlassist.training.core.recipe import Recipe
from tests.mlassist.drawn import squares


@pytest.fixture
def train(settings, tmp_path: Path, monkeypatch):
    """Trains for two steps on three pictures."""
    settings.MLASSIST_DEVICE, settings.MLASSIST_WEIGHTS = "cpu", "none"
    settings.MLASSIST_DETECTOR = "auto"
    usual = Recipe.for_design.__func__

    def short(cls: Any, *args: Any, **kwargs: Any) -> Recipe:
        return replace(usual(cls, *args, **kwargs), steps=2, batch=2)

    monkeypatch.setattr(Recipe, "for_design", classmethod(short))

    def train(name: str = "a", **wishes: Any) -> engine.Learned:
        previous, taught = wishes.pop("previous", None), wishes.pop("taught", True)
        samples = [(s.path, s.boxes) for s in squares(tmp_path, 3, class_ids=(7, 3))]
        samples = samples if taught else []
        return engine.train(
            samples,
            (3, 7),
            tmp_path / name,
            previous=previous,
            seed=1,
            checkpoint=tmp_path / f"{name}.checkpoint",
            on_progress=lambda *_: None,
            wish=engine.Wish(**{"names": ("crab", "fish"), **wishes}),
        )

    return train


def test_the_reason_and_the_canvas_are_told(train):
    made = train()

    assert made.design == "small"
    assert "no pretrained weights at hand" in made.metrics["why"]
    assert made.metrics["canvas"] == (224, 224)
    assert made.metrics["proposals"] == 50


def test_the_round_before_is_gone_on_from_unless_another_design_is_wished(train, tmp_path: Path):
    first = train()
    before = (tmp_path / "a", first.digest)

    assert train("b", previous=before).origin.endswith("Warm from the round before.")
    assert train("c", previous=before, design="small").origin.endswith("round before.")
    other = train("d", previous=before, design="mobilenet_v2")
    assert (other.design, other.origin) == ("mobilenet_v2", "Random weights, as set.")
    assert "was asked for" in other.metrics["why"]


def test_another_jobs_detector_is_a_start_and_says_which_classes_it_knew(train, tmp_path: Path):
    first = train()

    made = train(
        "b",
        source=(tmp_path / "a", first.digest),
        source_name="the detector of “Pond”",
        design="mobilenet_v2",
    )

    assert made.design == "small"  # it comes with the start
    assert made.origin == (
        "From the detector of “Pond”, which knew crab, fish. Random weights, as set."
    )
    again = train("c", previous=(tmp_path / "b", made.digest), source=(tmp_path / "a", ""))
    assert again.origin == f"{made.origin} Warm from the round before."
    assert (made.metrics["warm"], again.metrics["warm"]) == (False, True)


def test_where_nothing_teaches_it_another_jobs_detector_looks_as_it_is(train, tmp_path: Path):
    first = train(names=("Fish", "Crab"))
    pond = {"source": (tmp_path / "a", first.digest), "source_name": "the detector of “Pond”"}

    made = train("b", taught=False, **pond)

    assert made.origin == (
        "From the detector of “Pond”, which knew crab, fish. Random weights, as set."
    )
    assert (made.metrics["steps"], made.metrics["loss"], made.recipe) == (0, [], {})
    assert made.metrics["canvas"] == first.metrics["canvas"]
    paths = [s.path for s in squares(tmp_path, 3, class_ids=(7, 3))]
    boxes, theirs = (
        [
            found
            for found, _ in engine.predict(
                tmp_path / name, digest, paths, views=False, on_progress=lambda *_: None
            )
        ]
        for name, digest in (("b", made.digest), ("a", first.digest))
    )
    assert sum(map(len, boxes))
    swapped = {3: 7, 7: 3}  # the names lie the other way round in the first one
    for one, other in zip(boxes, theirs, strict=True):
        assert one.coords == pytest.approx(other.coords)
        assert one.classes.tolist() == [swapped[c] for c in other.classes.tolist()]
    assert made.metrics["warm"] is False
    again = train("c", taught=False, previous=(tmp_path / "b", made.digest), **pond)
    assert again.origin == made.origin


def test_a_detector_whose_labels_were_all_taken_back_is_not_gone_on_with(train, tmp_path: Path):
    first = train()

    with pytest.raises(Invalid, match="nothing to learn"):
        train("b", taught=False, previous=(tmp_path / "a", first.digest))


def test_where_nothing_teaches_it_a_detector_that_lacks_a_class_is_none(train, tmp_path: Path):
    first = train()

    with pytest.raises(Invalid, match="nothing to learn"):
        train("b", taught=False, names=("crab", "eel"), source=(tmp_path / "a", first.digest))


def test_a_detector_file_of_this_program_may_be_the_machines_weights(
    train, tmp_path: Path, settings
):
    train("pond.safetensors")
    settings.MLASSIST_WEIGHTS = str(tmp_path / "pond.safetensors")

    made = train("b")

    assert made.origin.startswith("From the file pond.safetensors, which knew crab, fish.")
    assert made.warning == engine.UNKNOWN_PAST
    both = train("c", warning="The lake is gone.").warning
    assert both == f"The lake is gone. {engine.UNKNOWN_PAST}"


def test_a_changed_source_is_refused(train, tmp_path: Path):
    train()
    with pytest.raises(Invalid, match="has changed since it was saved"):
        train("b", source=(tmp_path / "a", "0" * 64))


def test_why_there_is_no_source_is_a_standing_warning(train):
    assert train(warning="It is gone.").warning == "It is gone."
