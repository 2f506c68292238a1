"""Train a detector: deterministic by seed, stoppable at any step, resumable from a checkpoint."""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch

from labeling.kernel.errors import LabelingError
from mlassist.data import whole_files
from mlassist.data.augmentation import Batch, Strength, collate, compose
from mlassist.data.pictures import CACHE_BYTES, Pictures, Sample, ahead, threads_for
from mlassist.detectors import designs
from mlassist.detectors.detector import Detector, place
from mlassist.detectors.weights import Start
from mlassist.training.core.beginning import begin, count_boxes
from mlassist.training.core.process_group import ALONE, Team
from mlassist.training.core.recipe import Recipe

logger = logging.getLogger(__name__)
_REPORT_EVERY = 5  # steps


class Diverged(LabelingError):
    """The loss is no longer a number: the rate is too high or a picture is damaged."""

    code = "diverged"


@dataclass(frozen=True)
class Trained:
    """What a training gave."""

    detector: Detector  # averaged weights
    loss_curve: list[tuple[int, float]]  # (steps done, mean loss since the entry before)
    seconds: float  # of training, over all attempts that the checkpoint carried on
    steps: int
    resumed_at: int  # steps found in the checkpoint, 0 for a fresh start
    boxes_per_class: dict[int, int]  # by class id, over all samples

    @property
    def untaught(self) -> list[int]:
        """Class ids without a single box: the detector cannot find them."""
        return [class_id for class_id, count in self.boxes_per_class.items() if not count]


@dataclass
class _Progress:
    """What a checkpoint holds beside the weights.

    No random states: those of step n are made anew from (seed, n).
    """

    step: int = 0
    seconds: float = 0.0
    curve: list[tuple[int, float]] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)  # losses since the last entry of the curve


def fit(
    samples: Sequence[Sample],
    class_ids: Sequence[int],
    recipe: Recipe,
    start: Start | Detector,
    *,
    seed: int,
    device: torch.device,
    cache_bytes: int = CACHE_BYTES,
    team: Team = ALONE,
    checkpoint_path: Path | None = None,
    on_progress: Callable[[int, int, float], None] | None = None,
) -> Trained:
    """Train on the samples, from starting weights or warm from an earlier detector.

    `on_progress(done, total, loss)` is called every few steps and may raise to stop. With
    `checkpoint_path` a stopped training goes on where the file left off, and on a CPU with the
    same number of threads ends in the same weights; a checkpoint of another training (other
    samples, recipe, seed or start) is left unused and overwritten. The caller removes the file.
    `cache_bytes`: memory for decoded pictures. In a `team` each process learns from its part of
    every batch, and only the first writes checkpoints.

    Raises Invalid where there is nothing to learn (no sample, no box, a class that is not in
    `class_ids`) or a picture cannot be read, Diverged where the loss is not finite.
    """
    counts = count_boxes(samples, class_ids)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        detector = begin(start, samples, class_ids, seed)
        place(detector.net, device)
        run = _Run(detector, samples, recipe, seed, device, cache_bytes, team)
        if checkpoint_path:
            run.resume(checkpoint_path)
        resumed_at = run.progress.step
        run.train(checkpoint_path, on_progress)
    for name, weight in detector.net.named_parameters():
        weight.data.copy_(run.average[name])
    detector.net.eval()
    return Trained(
        detector, run.progress.curve, run.progress.seconds, recipe.steps, resumed_at, counts
    )


class _Run:
    """One training under way."""

    def __init__(
        self,
        detector: Detector,
        samples: Sequence[Sample],
        recipe: Recipe,
        seed: int,
        device: torch.device,
        cache_bytes: int,
        team: Team,
    ) -> None:
        self.net, self.canvas = detector.net, detector.canvas
        self.design = designs.named(detector.design)
        self.samples, self.recipe, self.seed, self.device = samples, recipe, seed, device
        self.labels = {class_id: k for k, class_id in enumerate(detector.class_ids, start=1)}
        self.pictures, self.team = Pictures(self.canvas, cache_bytes), team
        self.progress = _Progress()
        self.average = {n: p.detach().clone() for n, p in self.net.named_parameters()}
        learning = {n: p for n, p in self.net.named_parameters() if p.requires_grad}
        body = [p for n, p in learning.items() if n.startswith(self.design.body)]
        heads = [p for n, p in learning.items() if not n.startswith(self.design.body)]
        self.optimiser = torch.optim.AdamW(
            [{"params": body, "share": recipe.backbone_rate}, {"params": heads, "share": 1.0}],
            lr=recipe.rate,
            weight_decay=recipe.weight_decay,
        )
        self.learning = learning
        self.strength = Strength(
            recipe.crop,
            recipe.zoom_out,
            recipe.zoom_most,
            recipe.aspect,
            recipe.flip,
            recipe.colour,
        )
        self.identity = self._identify(detector)

    def train(
        self, checkpoint_path: Path | None, on_progress: Callable[[int, int, float], None] | None
    ) -> None:
        """All steps that are left."""
        progress, total = self.progress, self.recipe.steps
        began, saved, before = time.monotonic(), time.monotonic(), progress.seconds
        self.net.train()
        left = range(progress.step, total)
        batches = ahead(self._batch, left, threads_for(self.device))
        for step, batch in zip(left, batches, strict=True):
            progress.recent.append(self._step(step, batch))
            progress.step = step + 1
            progress.seconds = before + time.monotonic() - began
            if progress.step % _REPORT_EVERY == 0 or progress.step == total:
                loss = float(np.mean(progress.recent))
                progress.curve.append((progress.step, loss))
                progress.recent.clear()
                if on_progress:
                    on_progress(progress.step, total, loss)
            waited = time.monotonic() - saved
            first = self.team.rank == 0
            if checkpoint_path and first and waited >= self.recipe.checkpoint_seconds:
                self._save(checkpoint_path)
                saved = time.monotonic()

    def _batch(self, step: int) -> Batch:
        """This process's part of a step's batch, from (seed, step, rank) alone: any step can be
        made again."""
        size, count = self.recipe.batch, len(self.samples)
        places = range(step * size, (step + 1) * size)
        orders = {
            epoch: np.random.default_rng([self.seed, 0, epoch]).permutation(count)
            for epoch in {place // count for place in places}
        }
        chosen = [self.samples[orders[place // count][place % count]] for place in places]
        plain = step >= round(self.recipe.steps * (1 - self.recipe.plain_share))
        rng = np.random.default_rng([self.seed, 1, step, self.team.rank])
        mine = self.team.part(chosen)
        return compose(self.pictures, mine, self.canvas, None if plain else self.strength, rng)

    def _step(self, step: int, batch: Batch) -> float:
        # The proposal samplers draw from torch's global state.
        rng = np.random.default_rng([self.seed, 2, step, self.team.rank])
        torch.manual_seed(int(rng.integers(2**62)))
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * group["share"] * self.recipe.share_at(step)
        images, targets = collate(batch, self.labels, self.device)
        parts = self.design.losses(self.net, images, targets, amp=self.device.type == "cuda")
        loss = torch.stack(list(parts.values())).sum()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        share = len(batch.boxes) / self.recipe.batch
        value = self.team.combine(self.learning.values(), loss.item(), share)
        if not math.isfinite(value):
            told = ", ".join(f"{name} {part.item():g}" for name, part in parts.items())
            raise Diverged(f"The loss is not finite at step {step + 1}: {told}.")
        torch.nn.utils.clip_grad_norm_(self.learning.values(), self.recipe.clip)
        self.optimiser.step()
        keep = min(self.recipe.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, weight in self.learning.items():
                self.average[name].lerp_(weight, 1 - keep)
        return value

    def _identify(self, detector: Detector) -> str:
        """A digest of all that decides the result; a checkpoint must carry the same."""
        known = hashlib.sha256(
            json.dumps(
                [
                    self.recipe.to_json(),
                    self.seed,
                    detector.class_ids,
                    self.canvas,
                    detector.sizes.to_json(),
                    [sample.path.name for sample in self.samples],
                ]
            ).encode()
        )
        for sample in self.samples:
            known.update(sample.boxes.coords.tobytes() + sample.boxes.classes.tobytes())
        for weight in self.net.state_dict().values():
            known.update(weight.cpu().numpy().tobytes())
        return known.hexdigest()

    def _save(self, path: Path) -> None:
        state = {
            "identity": self.identity,
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "progress": asdict(self.progress),
        }
        whole_files.write_checkpoint(path, state)

    def resume(self, path: Path) -> None:
        """Take over what the checkpoint holds, if it is one of this very training."""
        state = whole_files.read_checkpoint(path, self.identity, self.device)
        if state is None:
            return
        self.net.load_state_dict(state["net"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = _Progress(**state["progress"])
        logger.info("training goes on at step %d of %d", self.progress.step, self.recipe.steps)
