"""Processes that train one detector together: each learns from its part of every batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

Item = TypeVar("Item")


@dataclass(frozen=True)
class Team:
    """A process's place among `size` ones; those of a larger team have joined torch.distributed.

    All begin with the same weights and take the same steps, so their weights stay the same.
    """

    rank: int = 0
    size: int = 1

    def part(self, batch: Sequence[Item]) -> Sequence[Item]:
        """What this process learns from; never nothing in a team no larger than the batch."""
        return batch[self.rank :: self.size]

    def combine(self, weights: Iterable[nn.Parameter], loss: float, share: float) -> float:
        """Bring every gradient, and the loss, to the mean over the whole batch.

        `share`: this process's part of the batch, in (0, 1]; the shares of a team add up to 1.
        Returns the mean loss, which is not finite in any process as soon as it is not in one.
        """
        if self.size == 1:
            return loss
        learning = list(weights)
        grads = [torch.zeros_like(w) if w.grad is None else w.grad for w in learning]
        flat = torch.cat([*(grad.reshape(-1) for grad in grads), grads[0].new_tensor([loss])])
        flat *= share
        torch.distributed.all_reduce(flat)
        *means, value = torch.split(flat, [*(grad.numel() for grad in grads), 1])
        for weight, grad, mean in zip(learning, grads, means, strict=True):
            weight.grad = grad.copy_(mean.reshape(grad.shape))
        return float(value)


ALONE = Team()
