"""Every design: built from its published weights' names and shapes, trained, saved, asked again."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import detection as theirs
from torchvision.models import mobilenet_v2

from labeling.kernel.errors import Invalid
from mlassist.detectors import designs
from mlassist.detectors.designs import MOBILENET_V2, MOBILENET_V3, RESNET50, SMALL, TITLES, named
from mlassist.detectors.designs.base import BACKGROUND, CLASS_ROWS
from mlassist.detectors.detector import Detector, load, predict, save
from mlassist.detectors.sizes import Sizes
from mlassist.detectors.weights import Start, at_hand, starting_weights
from mlassist.training.core.fitting import fit
from mlassist.training.core.recipe import Recipe
from tests.mlassist.drawn import squares

CPU = torch.device("cpu")
COCO = [name for name in TITLES if name not in (SMALL, MOBILENET_V2)]


def published(name: str) -> dict[str, Any]:
    """Random weights with the names and shapes of those that torchvision publishes."""
    torch.manual_seed(0)
    if name == MOBILENET_V2:
        return mobilenet_v2(weights=None).state_dict()
    net = getattr(theirs, name)(weights=None, weights_backbone=None, num_classes=91)
    state = net.state_dict()
    # Random residual blocks multiply the signal sixteen times over; at zero they pass it on.
    return {n: w * 0 if n.endswith("bn3.weight") else w for n, w in state.items()}


@pytest.fixture(scope="module", params=[SMALL, MOBILENET_V2, *COCO])
def trained(request, tmp_path_factory) -> tuple[str, Path, Detector, Start]:
    """A detector of each design after two steps on three tiny pictures, and its weights file."""
    name, folder = request.param, tmp_path_factory.mktemp("design")
    start = Start(SMALL, None, "Random weights, as set.")
    if name != SMALL:
        save_file(published(name), folder / "published.safetensors")
        start = starting_weights(str(folder / "published.safetensors"))
    short = replace(Recipe.for_design(name, 10, warm=False), steps=2, batch=2, warmup_steps=0)
    made = fit(
        squares(folder, 3, class_ids=(7, 3)),
        (3, 7),
        short,
        replace(start, side=96),
        seed=1,
        device=CPU,
    )
    assert all(np.isfinite(loss) for _, loss in made.loss_curve)
    return name, folder, made.detector, start


def test_it_starts_from_its_weights_trains_and_survives_saving(trained):
    name, folder, detector, start = trained
    assert (start.design, detector.design, detector.canvas) == (name, name, (96, 96))
    paths = [sample.path for sample in squares(folder, 2, seed=5)]
    for_all = replace(detector, net=_eager(detector))
    save(for_all, folder / "detector.safetensors")

    found = predict(for_all, paths)
    loaded = load(folder / "detector.safetensors", device=CPU)
    again = predict(replace(loaded, net=_eager(loaded)), paths)

    assert sum(map(len, found))
    for one, other in zip(found, again, strict=True):
        assert len(one) <= 100
        assert set(one.classes.tolist()) <= {3, 7}
        assert np.array_equal(one.coords, other.coords)
        assert np.array_equal(one.scores, other.scores)


def _eager(detector: Detector) -> Any:
    """The network, told to report scores that two steps can reach."""
    net = detector.net
    for part in (net, getattr(net, "roi_heads", net)):
        if hasattr(part, "score_thresh"):
            part.score_thresh = 1e-4
    return net


def test_its_first_layers_keep_their_weights_and_the_rest_learns(trained):
    name, _, detector, start = trained
    design, state = named(name), detector.net.state_dict()
    torch.manual_seed(1)
    before = design.build(2, start.weights, Sizes()).state_dict()
    learning = {n for n, _ in detector.net.named_parameters()}
    frozen = {n for n in learning if design.frozen and n.startswith(design.frozen)}

    assert bool(frozen) == (name != SMALL)
    assert all(torch.equal(state[n], before[n]) for n in frozen)
    assert any(n.startswith(design.body) for n in learning - frozen)
    if name != SMALL:
        rest = [n for n in learning - frozen if n.startswith(design.body)]
        assert any(not torch.equal(state[n], before[n]) for n in rest)


def test_every_layer_that_knows_classes_is_named_and_has_a_group_for_each(trained):
    name, _, detector, _ = trained
    design, state = named(name), detector.net.state_dict()
    more = design.build(5, None, Sizes()).state_dict()

    for rows in CLASS_ROWS:
        group = (2 + BACKGROUND) * rows.width
        assert state[f"{rows.name}.weight"].shape[0] % group == 0
    named_rows = {f"{r.name}.{kind}" for r in CLASS_ROWS for kind in ("weight", "bias")}
    assert {n for n in state if state[n].shape != more[n].shape} == named_rows


def test_the_list_of_designs_is_that_of_the_files():
    folder = Path(designs.__file__).parent
    shared = {"__init__", "base", "faster_rcnn"}

    assert {path.stem for path in folder.glob("*.py")} - shared == set(TITLES)
    for name in TITLES:
        assert importlib.import_module(f"mlassist.detectors.designs.{name}").DESIGN.name == name
    with pytest.raises(Invalid, match="Unknown design 'yolo'"):
        named("yolo")


def test_a_weights_file_of_another_shape_is_refused_with_the_name_of_the_layer(tmp_path: Path):
    name = MOBILENET_V3
    state = published(name)
    odd = "backbone.body.0.0.weight"
    save_file(state | {odd: torch.zeros(1, 2, 1, 1)}, tmp_path / "w.safetensors")

    with pytest.raises(Invalid, match=rf"not Faster R-CNN.*{odd}.*shape \(1, 2, 1, 1\)"):
        starting_weights(str(tmp_path / "w.safetensors"))


def test_a_folder_of_weights_offers_each_design_it_holds(tmp_path: Path):
    with pytest.raises(Invalid, match=r"no \.safetensors file in"):
        at_hand(str(tmp_path))
    for name in (MOBILENET_V2, MOBILENET_V3):
        save_file(published(name), tmp_path / f"{name}.safetensors")

    assert set(at_hand(str(tmp_path))) == {MOBILENET_V2, MOBILENET_V3}
    assert starting_weights(str(tmp_path)).design == MOBILENET_V2
    chosen = starting_weights(str(tmp_path), MOBILENET_V3)
    assert f"{MOBILENET_V3}.safetensors" in chosen.origin
    with pytest.raises(Invalid, match="the design is fasterrcnn_resnet50_fpn_v2"):
        starting_weights(str(tmp_path), RESNET50)
