"""A detector of another job: what is shared is kept, what is new starts fresh."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mlassist.detectors.designs import SMALL, TITLES, named
from mlassist.detectors.designs.base import BACKGROUND, CLASS_ROWS
from mlassist.detectors.detector import Detector, build, load, save
from mlassist.detectors.head_transfer import adopt, kept_names
from mlassist.detectors.sizes import Sizes
from tests.mlassist.drawn import squares

CPU = torch.device("cpu")


def earlier(design: str) -> Detector:
    torch.manual_seed(0)
    made = build(design, (0, 1, 2), (96, 96))
    return replace(made, names=("fish", "Shark", "ray"), origin="Random weights, as set.")


@pytest.mark.parametrize("design", [n for n in TITLES if "resnet50" not in n])
def test_groups_of_shared_classes_are_kept_and_the_trunk_whole(design: str):
    source = earlier(design)

    made = adopt(source, (5, 6), ("shark", "crab"), (128, 128), seed=3)

    assert (made.class_ids, made.names, made.canvas) == ((5, 6), ("shark", "crab"), (128, 128))
    old, new = source.net.state_dict(), made.net.state_dict()
    rows = {f"{r.name}.{kind}": r for r in CLASS_ROWS for kind in ("weight", "bias")}
    assert all(torch.equal(new[n], old[n]) for n in new if n not in rows)
    for name, row in rows.items():
        if not name.endswith("weight"):
            continue
        inner = row.width * old[name][0].numel()
        before = old[name].reshape(-1, 3 + BACKGROUND, inner)
        after = new[name].reshape(-1, 2 + BACKGROUND, inner)
        shark, crab = BACKGROUND, BACKGROUND + 1
        assert torch.equal(after[:, :shark], before[:, :shark])  # nothing at all
        assert torch.equal(after[:, shark], before[:, shark + 1])
        assert not any(torch.equal(after[:, crab], before[:, k]) for k in range(before.shape[1]))


def test_the_same_seed_gives_the_same_fresh_classes_and_leaves_the_random_state():
    source = earlier(SMALL)
    torch.manual_seed(5)
    one = adopt(source, (5,), ("crab",), (96, 96), seed=3).net.state_dict()
    drawn = torch.rand(1)
    torch.manual_seed(5)
    two = adopt(source, (5,), ("crab",), (96, 96), seed=3).net.state_dict()
    other = adopt(source, (5,), ("crab",), (96, 96), seed=4).net.state_dict()

    assert torch.equal(torch.rand(1), drawn)
    assert all(torch.equal(one[n], two[n]) for n in one)
    assert any(not torch.equal(one[n], other[n]) for n in one)


def test_names_and_sizes_survive_saving(tmp_path: Path):
    source = replace(earlier(SMALL), sizes=Sizes(((9, 12), (20, 30)), 80))
    net = named(SMALL).build(3, None, source.sizes)
    save(replace(source, net=net), tmp_path / "d.safetensors")

    found = load(tmp_path / "d.safetensors", device=CPU)

    assert (found.names, found.sizes) == (source.names, source.sizes)
    assert kept_names(found, ("SHARK", "crab")) == ["SHARK"]
    made = adopt(found, (1,), ("crab",), (96, 96), seed=0)
    assert made.sizes == source.sizes


def test_it_predicts_what_the_earlier_one_did_where_the_classes_are_the_same(tmp_path: Path):
    from mlassist.detectors.detector import predict

    source = earlier(SMALL)
    paths = [sample.path for sample in squares(tmp_path, 2)]
    made = adopt(source, (0, 1, 2), source.names, (96, 96), seed=9)

    for one, other in zip(predict(source, paths), predict(made, paths), strict=True):
        assert len(one)
        assert one.coords.tolist() == other.coords.tolist()
