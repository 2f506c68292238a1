"""How much faster two workers look at a pool than one: the real step, a process for each shard.

One torch thread each, MobileNetV2 in four views; pictures are drawn scenes. A shard's time is what
its step's row says, from taking it to its end, so loading torch is left out.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import ROOT, Workplace, workplace

PICTURES, SHARDS = 240, (1, 2)


def prepare() -> None:
    """Runs in a process of its own: a job at its prediction for each of SHARDS; prints steps."""
    import django

    django.setup()
    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.models import Job, Round, RoundSettings, Step
    from labeling.simulation import scenes
    from labeling.transfers import transfers

    told: list[list[int]] = []
    for count in SHARDS:
        job = setup.create(f"Shards {count}", None)
        for name in scenes.CLASSES:
            classes.add(job, name)
        folder = media_path(f"uploads/bench-{count}")
        folder.mkdir(parents=True)
        for i in range(PICTURES):
            scenes.draw(1, i)[0].save(folder / f"scene-{i:04}.jpg", quality=92)
        row = transfers.start_import(job, None, "files", f"uploads/{folder.name}")
        runner.run("transfer", row.pk)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
        round = Round.objects.create(
            job=job,
            number=1,
            purpose=Round.Purpose.ACTIVE,
            state=Round.State.PREDICTING,
            settings=RoundSettings.of_job(job),
        )
        _detector(round)
        steps = [
            Step.objects.create(round=round, state=round.state, shard=shard, queue="gpu")
            for shard in range(count)
        ]
        told.append([step.pk for step in steps])
    print(json.dumps(told))


def _detector(round: Any) -> None:
    import torch

    from labeling.kernel.stored_files import media_path
    from labeling.simulation import scenes
    from mlassist.detectors.designs import MOBILENET_V2
    from mlassist.detectors.detector import build, save
    from mlassist.models import Detector
    from mlassist.training.files import weights_name

    torch.manual_seed(0)
    ids = list(range(len(scenes.CLASSES)))
    made = build(MOBILENET_V2, ids, (256, 256))
    target = media_path(weights_name(round))
    target.parent.mkdir(parents=True, exist_ok=True)
    Detector.objects.create(
        round=round,
        weights=weights_name(round),
        digest=save(made, target),
        design=made.design,
        recipe={},
        class_ids=ids,
        origin="Random weights.",
        trained_on=100,
    )


def work(step: int) -> None:
    """Runs in a process of its own: does the step; prints the seconds it took."""
    import django

    django.setup()
    import torch

    from labeling.ledger import runner
    from labeling.models import Step

    torch.set_num_threads(1)
    runner.run("step", step)
    row = Step.objects.get(pk=step)
    assert row.finished_at and row.started_at, row.error
    print((row.finished_at - row.started_at).total_seconds())


def run() -> Iterator[Figure]:
    """One worker on all pictures, then two on half of them each."""
    with workplace() as place:
        steps = json.loads(place.python("-m", "benchmarks.sharding", "prepare").splitlines()[-1])
        alone, both = (_slowest(place, some) for some in steps)
    yield Figure("prediction, one worker", PICTURES / alone, "pictures/s")
    yield Figure("prediction, two workers", PICTURES / both, "pictures/s")
    yield Figure("prediction, two workers / one", alone / both, "ratio", Goal(">=", 1.6))


def _slowest(place: Workplace, steps: list[int]) -> float:
    """Seconds of the slowest of these steps, all done at the same time."""
    command = [sys.executable, "-m", "benchmarks.sharding", "work"]
    children = [
        subprocess.Popen([*command, str(pk)], cwd=ROOT, env=place.env, stdout=subprocess.PIPE)
        for pk in steps
    ]
    return max(float(child.communicate()[0].split()[-1]) for child in children)


if __name__ == "__main__":
    prepare() if sys.argv[1] == "prepare" else work(int(sys.argv[2]))
