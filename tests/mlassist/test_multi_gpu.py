"""Two processes that train one detector: the same weights again, over a stop, and clear errors."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from labeling.kernel.errors import Invalid
from mlassist.data.pictures import Sample
from mlassist.detectors.designs import SMALL
from mlassist.detectors.weights import Start
from mlassist.training.core.fitting import Diverged
from mlassist.training.core.multi_gpu import fit_together, processes_for
from mlassist.training.core.process_group import ALONE, Team
from mlassist.training.core.recipe import Recipe
from tests.mlassist.drawn import squares

CPU = torch.device("cpu")
STEPS = 10


class StoppedError(Exception):
    """What a lost lease does."""


def train(samples: list[Sample], checkpoint: Path, on_progress=lambda *_: None, **changes):
    short = replace(
        Recipe.for_design(SMALL, 50, warm=False), steps=STEPS, batch=3, checkpoint_seconds=0.0
    )
    return fit_together(
        samples,
        (7,),
        replace(short, **changes),
        Start(SMALL, None, "Random weights, as set.", side=96),
        processes=2,
        seed=3,
        device=CPU,
        cache_bytes=1 << 20,
        checkpoint_path=checkpoint,
        on_progress=on_progress,
    )


def test_two_processes_end_in_the_same_weights_again_also_after_a_stop(tmp_path: Path):
    samples, told = squares(tmp_path, 5), []
    whole = train(samples, tmp_path / "a", lambda *words: told.append(words))

    def stop(done: int, total: int, loss: float) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        train(samples, tmp_path / "b", stop)
    resumed = train(samples, tmp_path / "b")

    assert [(done, total) for done, total, _ in told] == [(5, STEPS), (10, STEPS)]
    assert [(done, loss) for done, _, loss in told] == whole.loss_curve
    assert whole.resumed_at == 0
    assert 0 < resumed.resumed_at <= STEPS
    one, other = (made.detector.net.state_dict() for made in (whole, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_process_that_cannot_go_on_stops_all_with_its_reason(tmp_path: Path):
    with pytest.raises(Diverged, match="not finite at step"):
        train(squares(tmp_path, 5), tmp_path / "a", rate=1e30, warmup_steps=1)


def test_a_batch_is_parted_and_every_picture_counts_once(tmp_path: Path):
    batch = list(range(8))
    for size in (1, 2, 3, 8):
        parts = [Team(rank, size).part(batch) for rank in range(size)]
        assert sorted(place for part in parts for place in part) == batch
        assert min(map(len, parts)) > 0
    weight, other = torch.nn.Parameter(torch.ones(2, 3)), torch.nn.Parameter(torch.ones(4))
    weight.grad = torch.arange(6.0).reshape(2, 3)
    assert ALONE.combine([weight, other], 1.5, 0.4) == 1.5
    assert weight.grad.flatten().tolist() == [0, 1, 2, 3, 4, 5]
    # this process's share of the mean; a group of one adds nothing to it
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1
    )
    try:
        assert Team(0, 2).combine([weight, other], 1.5, 0.5) == 0.75
    finally:
        torch.distributed.destroy_process_group()
    assert weight.grad.flatten().tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    assert other.grad is not None  # it had none: nothing of it was seen in this part
    assert other.grad.tolist() == [0, 0, 0, 0]


def test_how_many_processes_train(monkeypatch):
    assert processes_for(6, CPU, batch=8) == 6
    assert processes_for(6, CPU, batch=2) == 2
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    cuda = torch.device("cuda")
    assert processes_for(2, cuda, batch=8) == 2
    with pytest.raises(Invalid, match="has 2 GPUs, not 3"):
        processes_for(3, cuda, batch=8)
