"""Trains on several GPUs of a machine: torchrun starts a process for each, and this one listens.

On a CPU it is for tests: on two cores, two processes with a thread each took as long as one process
with two (.40 s a step against .39 to .45; MobileNetV2, batches of 8).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

import torch

from labeling.kernel.boxes import pack, unpack
from labeling.kernel.errors import Invalid, LabelingError
from mlassist.data.pictures import Sample
from mlassist.detectors import detector as detectors
from mlassist.detectors.detector import Detector
from mlassist.detectors.weights import Start
from mlassist.training.core.beginning import begin, count_boxes
from mlassist.training.core.fitting import Diverged, Trained, fit
from mlassist.training.core.process_group import Team
from mlassist.training.core.recipe import Recipe

_ROOT = Path(__file__).resolve().parents[3]
_ERRORS: dict[str, type[LabelingError]] = {"Invalid": Invalid, "Diverged": Diverged}
_GRACE_SECONDS = 10.0


def processes_for(wanted: int, device: torch.device, batch: int) -> int:
    """How many processes train: those `wanted`, at most one for each picture of a batch.

    Raises Invalid where there are fewer GPUs.
    """
    if device.type == "cuda" and wanted > torch.cuda.device_count():
        raise Invalid(
            f"This machine has {torch.cuda.device_count()} GPUs, not {wanted}.",
            where="MLASSIST_PROCESSES",
        )
    return min(wanted, batch)


def fit_together(
    samples: Sequence[Sample],
    class_ids: Sequence[int],
    recipe: Recipe,
    start: Start | Detector,
    *,
    processes: int,
    seed: int,
    device: torch.device,
    cache_bytes: int,
    checkpoint_path: Path,
    on_progress: Callable[[int, int, float], None],
) -> Trained:
    """As training.fit, by `processes` processes of this machine, each with its part of a batch.

    Ends in the same weights again with the same number of processes and threads. Raises what fit
    raises, also what `on_progress` raises: then the processes are stopped.
    """
    if processes == 1:
        return fit(
            samples,
            class_ids,
            recipe,
            start,
            seed=seed,
            device=device,
            cache_bytes=cache_bytes,
            checkpoint_path=checkpoint_path,
            on_progress=on_progress,
        )
    counts = count_boxes(samples, class_ids)
    with TemporaryDirectory(prefix="training-") as name:
        folder = Path(name)
        with torch.random.fork_rng(devices=[]):
            detectors.save(begin(start, samples, class_ids, seed), folder / "start")
        task = {
            "samples": [[str(sample.path), unpack(sample.boxes)] for sample in samples],
            "class_ids": list(class_ids),
            "recipe": recipe.to_json(),
            "seed": seed,
            "device": device.type,
            "cache_bytes": cache_bytes // processes,
            "checkpoint": str(checkpoint_path),
        }
        (folder / "task.json").write_text(json.dumps(task))
        with _team(folder, processes) as told:
            for line in told:
                on_progress(line["done"], line["total"], line["loss"])
        result = json.loads((folder / "result.json").read_text())
        made = detectors.load(folder / "made", device=device)
    curve = [(step, loss) for step, loss in result["curve"]]
    return Trained(made, curve, result["seconds"], recipe.steps, result["resumed_at"], counts)


class Told(TypedDict):
    """Progress, as the first process tells it."""

    done: int
    total: int
    loss: float


@contextmanager
def _team(folder: Path, processes: int) -> Iterator[Iterator[Told]]:
    """Run the processes; gives what the first one tells, and stops them if that is left early."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    threads = str(max(1, (os.cpu_count() or 1) // processes))
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "torch.distributed.run",
                "--standalone",
                "--nproc-per-node",
                str(processes),
                "-m",
                __name__,
                str(folder),
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": threads},
        ) as running,
    ):
        try:
            yield _lines(running, log)
        finally:
            running.terminate()  # torchrun passes it on; nothing to do where it has ended
            try:
                running.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                running.kill()


def _lines(running: "subprocess.Popen[bytes]", log: Path) -> Iterator[Told]:
    """What the processes tell; raises the error that one of them ended with."""
    error: LabelingError | None = None
    for line in running.stdout or ():
        if not line.startswith(b"{"):
            continue  # libraries print, too
        told = json.loads(line)
        if "error" in told:
            error = _ERRORS.get(told["error"], LabelingError)(told["message"])
        else:
            yield told
    code = running.wait()
    if error is not None:
        raise error
    if code:
        last = log.read_text(errors="replace").strip().splitlines()[-20:]
        raise RuntimeError("A training process failed:\n" + "\n".join(last))


def _tell(**words: object) -> None:
    # one write: the processes share the pipe
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _work(folder: Path) -> None:
    """One process of the team."""
    task = json.loads((folder / "task.json").read_text())
    team = Team(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    cuda = task["device"] == "cuda"
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    torch.distributed.init_process_group("nccl" if cuda else "gloo")
    first = team.rank == 0
    try:
        trained = fit(
            [Sample(Path(path), pack(boxes)) for path, boxes in task["samples"]],
            task["class_ids"],
            Recipe.from_json(task["recipe"]),
            detectors.load(folder / "start", device=device),
            seed=task["seed"],
            device=device,
            cache_bytes=task["cache_bytes"],
            checkpoint_path=Path(task["checkpoint"]),
            team=team,
            on_progress=(lambda done, total, loss: _tell(done=done, total=total, loss=loss))
            if first
            else None,
        )
    except LabelingError as error:
        _tell(error=type(error).__name__, message=error.message)
        sys.exit(1)
    if first:
        detectors.save(trained.detector, folder / "made")
        result = {
            "curve": trained.loss_curve,
            "seconds": trained.seconds,
            "resumed_at": trained.resumed_at,
        }
        (folder / "result.json").write_text(json.dumps(result))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    _work(Path(sys.argv[1]))
