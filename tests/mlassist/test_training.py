"""Training on tiny pictures: it learns, repeats, stops, resumes and refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from labeling.kernel.errors import Invalid
from labeling.kernel.quality import quality
from mlassist.data.pictures import Sample
from mlassist.detectors.designs import MOBILENET_V2, SMALL, named
from mlassist.detectors.detector import Detector, predict
from mlassist.detectors.sizes import Sizes
from mlassist.detectors.weights import Start
from mlassist.training.core.fitting import Diverged, Trained, fit
from mlassist.training.core.recipe import Recipe
from tests.mlassist.drawn import boxes, squares

CPU = torch.device("cpu")
CHANCE = Start(SMALL, None, "Random weights, as set.", side=96)  # as large as the pictures


class StoppedError(Exception):
    """What a lost lease does."""


def recipe(steps: int, **changes: float) -> Recipe:
    short = replace(Recipe.for_design(SMALL, 50, warm=False), steps=steps, batch=2, warmup_steps=5)
    return replace(short, **changes)


def train(
    samples: list[Sample],
    steps: int = 6,
    class_ids: tuple[int, ...] = (7,),
    start: Start | Detector = CHANCE,
    **settings: object,
) -> Trained:
    arguments: dict = {"seed": 3, "device": CPU} | settings
    return fit(samples, class_ids, arguments.pop("recipe", recipe(steps)), start, **arguments)


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return trained.detector.net.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_the_small_design_learns_squares_from_random_weights(tmp_path: Path):
    samples = squares(tmp_path, 24, class_ids=(7, 3))
    held = squares(tmp_path, 12, class_ids=(7, 3), seed=1)

    trained = train(samples, class_ids=(3, 7), recipe=recipe(80, batch=4, ema=0.9))

    found = predict(trained.detector, [sample.path for sample in held])
    sure = [one.take(one.scores >= 0.3) for one in found]
    mean = np.mean([quality(p, s.boxes) for p, s in zip(sure, held, strict=True)])
    assert mean > 0.4, mean
    assert trained.loss_curve[-1][1] < trained.loss_curve[0][1]
    assert trained.boxes_per_class == {3: 12, 7: 12}


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path: Path):
    samples = squares(tmp_path, 5)

    first, again, other = train(samples), train(samples), train(samples, seed=4)

    assert same(weights(first), weights(again))
    assert first.loss_curve == again.loss_curve
    assert not same(weights(first), weights(other))


def test_training_leaves_the_random_state_of_the_program_alone(tmp_path: Path):
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)

    train(squares(tmp_path, 2), steps=1)

    assert torch.equal(torch.rand(3), expected)


def test_a_stopped_training_resumes_to_the_same_result_as_an_undisturbed_one(tmp_path: Path):
    samples, checkpoint = squares(tmp_path, 5), tmp_path / "checkpoint"
    steady = recipe(17, checkpoint_seconds=0.0)
    undisturbed = train(samples, recipe=steady)

    def stop(done: int, total: int, loss: float) -> None:
        if done == 10:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(samples, recipe=steady, checkpoint_path=checkpoint, on_progress=stop)
    resumed = train(samples, recipe=steady, checkpoint_path=checkpoint)

    assert resumed.resumed_at == 9  # the checkpoint of step 10 was not yet due
    assert same(weights(resumed), weights(undisturbed))
    assert resumed.loss_curve == undisturbed.loss_curve


def test_a_checkpoint_of_other_samples_is_not_used(tmp_path: Path):
    samples, checkpoint = squares(tmp_path, 4), tmp_path / "checkpoint"
    steady = recipe(6, checkpoint_seconds=0.0)
    train(samples, recipe=steady, checkpoint_path=checkpoint)

    other = train(samples[:3], recipe=steady, checkpoint_path=checkpoint)

    assert other.resumed_at == 0
    assert same(weights(other), weights(train(samples[:3], recipe=steady)))


def test_a_torn_checkpoint_means_starting_anew(tmp_path: Path):
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(b"half a file")

    assert train(squares(tmp_path, 2), steps=1, checkpoint_path=checkpoint).resumed_at == 0


def test_a_finished_checkpoint_is_not_trained_again(tmp_path: Path):
    samples, checkpoint = squares(tmp_path, 4), tmp_path / "checkpoint"
    steady = recipe(6, checkpoint_seconds=0.0)
    first = train(samples, recipe=steady, checkpoint_path=checkpoint)

    again = train(samples, recipe=steady, checkpoint_path=checkpoint)

    assert again.resumed_at == 6
    assert same(weights(first), weights(again))


def test_progress_is_told_every_few_steps_and_at_the_end(tmp_path: Path):
    told: list[tuple[int, int]] = []

    train(squares(tmp_path, 2), steps=7, on_progress=lambda *news: told.append(news[:2]))

    assert told == [(5, 7), (7, 7)]


def test_a_warm_start_begins_from_the_earlier_detector(tmp_path: Path):
    samples = squares(tmp_path, 3)
    earlier = train(samples, steps=4)
    before = {name: value.clone() for name, value in weights(earlier).items()}

    still = train(samples, start=earlier.detector, recipe=recipe(1, rate=0.0))

    assert same(weights(still), before)
    assert same(weights(earlier), before)
    assert still.detector.origin == CHANCE.origin
    with pytest.raises(Invalid, match="other classes"):
        train(samples, class_ids=(7, 8), start=earlier.detector)


def test_nothing_to_learn_is_refused_with_the_reason(tmp_path: Path):
    empty = [Sample(sample.path, boxes()) for sample in squares(tmp_path, 3)]

    for samples in ([], empty):
        with pytest.raises(Invalid, match="nothing to learn"):
            train(samples)


def test_a_box_of_a_class_that_is_not_taught_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="class 7"):
        train(squares(tmp_path, 1), class_ids=(1, 2))


def test_a_single_image_among_empty_ones_and_an_unseen_class_train(tmp_path: Path):
    samples = squares(tmp_path, 3)
    samples = [samples[0], *(Sample(sample.path, boxes()) for sample in samples[1:])]

    assert train(samples[:1], steps=3).detector.class_ids == (7,)
    assert train(samples, steps=3, class_ids=(7, 12)).untaught == [12]


def test_a_loss_that_is_no_number_stops_the_training_at_its_step(tmp_path: Path):
    with pytest.raises(Diverged, match="not finite at step"):
        train(squares(tmp_path, 2), recipe=recipe(40, rate=1e12, warmup_steps=1, clip=1e12))


def test_an_unreadable_picture_is_named(tmp_path: Path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")

    with pytest.raises(Invalid, match=r"broken\.jpg"):
        train([Sample(tmp_path / "broken.jpg", boxes((0, 0, 9, 9), class_id=7))])


def test_pretrained_first_layers_stay_as_they_were(tmp_path: Path):
    from torchvision.models import mobilenet_v2

    torch.manual_seed(0)
    start = Start(MOBILENET_V2, mobilenet_v2(weights=None).state_dict(), "test")
    fresh = named(MOBILENET_V2).build(1, start.weights, Sizes()).state_dict()

    trained = train(squares(tmp_path, 2), start=start, recipe=recipe(2, warmup_steps=0))

    state = weights(trained)
    body = [name for name in state if name.startswith("backbone.body.")]
    frozen = [name for name in body if int(name.split(".")[2]) < 4]
    assert frozen
    assert all(torch.equal(state[name], fresh[name]) for name in frozen)
    assert any(not torch.equal(state[name], fresh[name]) for name in body)


def test_a_recipe_survives_json_and_refuses_unknown_numbers():
    chosen = Recipe.for_design(MOBILENET_V2, 200, warm=False)

    assert Recipe.from_json(chosen.to_json()) == chosen
    assert chosen.steps == 900
    assert Recipe.for_design(MOBILENET_V2, 400, warm=True).steps == 450
    with pytest.raises(Invalid, match="speed"):
        Recipe.from_json(chosen.to_json() | {"speed": 3})
