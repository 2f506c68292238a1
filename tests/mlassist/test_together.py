"""Two processes that train one detector: the same weights again, over a stop, and clear errors."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from labeling.errors import Invalid
from mlassist.core.data import Sample
from mlassist.core.designs import SMALL
from mlassist.core.recipe import Recipe
from mlassist.core.team import ALONE, Team
from mlassist.core.together import fit_together, processes_for
from mlassist.core.training import Diverged
from mlassist.core.weights import Start
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
        samples, (7,), replace(short, **changes), Start(SMALL, None, "Random weights, as set."),
        processes=2, seed=3, device=CPU, cache_bytes=1 << 20, checkpoint_path=checkpoint,
        on_progress=on_progress,
    )  # fmt: skip


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


def test_a_batch_is_parted_and_every_picture_counts_once():
    batch = list(range(8))
    for size in (1, 2, 3, 8):
        parts = [Team(rank, size).part(batch) for rank in range(size)]
        assert sorted(place for part in parts for place in part) == batch
        assert min(map(len, parts)) > 0
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.full((2,), 3.0)
    assert ALONE.combine([weight], 1.5, 0.4) == 1.5
    assert weight.grad.tolist() == [3.0, 3.0]


def test_how_many_processes_train(monkeypatch):
    assert processes_for(6, CPU, batch=8) == 6
    assert processes_for(6, CPU, batch=2) == 2
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    cuda = torch.device("cuda")
    assert processes_for(2, cuda, batch=8) == 2
    with pytest.raises(Invalid, match="has 2 GPUs, not 3"):
        processes_for(3, cuda, batch=8)
