"""The demo as a newcomer gets it: simulated people, real training, a certified acceptance."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_demo_reaches_a_certified_acceptance(tmp_path: Path):
    env = {**os.environ, "LABELING_DATA": str(tmp_path / "data"), "MLASSIST_WEIGHTS": "none"}

    def manage(*command: str) -> None:
        with subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            try:
                said, _ = running.communicate(timeout=840)
            finally:
                running.terminate()  # not killed: it ends the server that it has started
        assert running.returncode == 0, said[-4000:]

    manage("migrate", "--verbosity", "0")
    manage("demo", "--images", "240")  # of its 400, for time
    # for time, too: the second detector closes, not the third
    one_batch = "from labeling.models import Job; Job.objects.update(batch_size=240)"
    manage("shell", "-v0", "-c", one_batch)
    manage("simulate", "--job", "demo", "--speed", "100000", "--json", str(tmp_path / "out.json"))
    result = json.loads((tmp_path / "out.json").read_text())

    totals = result["totals"]
    assert totals["certificate"]["outcome"] == "certified"
    assert totals["certified"] >= 48  # a fifth; 71 to 130 were seen, by machine and load
    assert totals["human"] + totals["auto"] + totals["excluded"] == totals["images"] == 240
    assert totals["quality_true_certified"] >= 0.6
    assert totals["cost"] < totals["cost_all_human"]
