"""Runs the benchmarks by name, prints one table and keeps it as JSON."""

import argparse
import importlib
import json
import os
import platform
import time
from functools import partial
from pathlib import Path

from benchmarks.figures import Benchmark, Figure, table

BROWSER = (
    "first_job",
    "browser",
    "browser_work",
    "browser_kills",
)  # only when asked for: they take minutes
SLOW = ("confidence", "violations")  # only when asked for: a training on each data set
TRIALS = ("recipes", "selection", "teaching")  # only when asked for: an hour of trainings
ANSWERS = ("crowd",)  # only when asked for: needs the data
CHOICES = ("planning",)  # only when asked for: why numbers of the product are what they are
ASSUMED = (
    "checkers",
)  # only when asked for: minutes; what misses is an assumption of a certificate
NAMES = (
    "consolidate",
    "certificate",
    "importing",
    "exporting",
    "releasing",
    "cycle",
    "slow_clients",
    "greedy",
    "scale",
    "judging",
    "training",
    "sharding",
    "quality",
)


def main() -> None:
    """Measure what was asked for, everything by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=", ".join(NAMES + ANSWERS + ASSUMED + SLOW + CHOICES + TRIALS + BROWSER),
    )
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument(
        "--birds", action="store_true", help="quality on ../shared/data/birds, too (takes minutes)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        help="slow ones and crowd: folder of the data sets; first_job: of photos",
    )
    parser.add_argument("--weights", type=Path, help="slow ones: MobileNetV2 .safetensors file")
    parser.add_argument("--cache", type=Path, help="slow ones: folder that keeps predictions")
    parser.add_argument(
        "--development",
        action="store_true",
        help="slow ones and crowd: the half that choices are made on",
    )
    options = parser.parse_args()
    known = NAMES + ANSWERS + ASSUMED + SLOW + CHOICES + TRIALS + BROWSER
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(known)}")
    figures: list[Figure] = []
    began, load = time.time(), os.getloadavg()[0]
    for name in options.names or NAMES:
        run: Benchmark = importlib.import_module(f"benchmarks.{name}").run
        if name == "quality" and options.birds:
            run = partial(run, birds=True)
        if name in SLOW:
            if not (options.data and options.weights and options.cache):
                parser.error(f"{name} needs --data, --weights and --cache")
            run = partial(
                run, options.data, options.weights, options.cache, final=not options.development
            )
        if name in ANSWERS:
            if not options.data:
                parser.error(f"{name} needs --data")
            run = partial(run, options.data, final=not options.development)
        if name == "first_job":
            run = partial(run, options.data)
        if name in TRIALS:
            if not (options.data and options.weights):
                parser.error(f"{name} needs --data and --weights")
            run = partial(run, options.data, options.weights)
        for figure in run():
            print(f"  {figure.name}: {figure.value:g} {figure.unit}", flush=True)
            figures.append(figure)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    if load > 0.5:
        print(f"\nThe machine was busy before the start (load {load:.1f}): times are too long.")
    print(f"\n{table(figures)}\n\n{machine}, {time.time() - began:.0f} s")
    if options.json:
        written = {
            "machine": machine,
            "load_before": load,
            "figures": [f.to_json() for f in figures],
        }
        options.json.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
