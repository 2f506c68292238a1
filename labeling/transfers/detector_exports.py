"""Exports of a detector, which a model plug-in packs for use elsewhere."""

from collections.abc import Callable
from pathlib import Path

from labeling.jobs import model_plugin
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.json_shapes import ExportOptions
from labeling.models import Job, Round, Transfer
from labeling.transfers import exports

FORMAT, TITLE = "detector", "Detector (ONNX)"


def rounds(job: Job) -> list[int]:
    """Numbers of the rounds that have a detector, the latest first."""
    return [number for packer in model_plugin.DETECTOR_PACKERS for number in packer.rounds(job)]


def offered(job: Job) -> list[int]:
    """Those that may leave: while an audit runs they would tell checkers what to find."""
    return [] if _is_audited(job) else rounds(job)


def _is_audited(job: Job) -> bool:
    return bool(job.rounds.filter(state=Round.State.AUDITING).exists())


def check(job: Job, asked: ExportOptions) -> ExportOptions:
    """Which round's detector is meant: the latest, unless one is named."""
    for name, value in asked.items():
        if name != "round" and value:
            raise Invalid("A detector is exported as it is: name a round at most.", where=name)
    if _is_audited(job):
        raise Conflict(
            "An audit is running: the detector would tell its checkers what to find. Export it "
            "when the round has ended."
        )
    there = rounds(job)
    if not there:
        raise Invalid("The job has no detector yet.", where="format")
    number = asked.get("round", there[0])
    if number not in there:
        raise Invalid(
            f"Round {number} has no detector. Those that have: {', '.join(map(str, there))}.",
            where="round",
        )
    return {"round": number}


def file_of(row: Transfer) -> str:
    """The name of an export's stored file."""
    number = row.options["export"]["round"]
    return f"{exports.FOLDER}/{row.pk}/{row.job.slug}-detector-{number}.zip"


def write(job: Job, options: ExportOptions, path: Path, heartbeat: Callable[[], None]) -> None:
    """Write the detector's package to `path`, which is whole or not there."""
    for packer in model_plugin.DETECTOR_PACKERS:
        if options["round"] in packer.rounds(job):
            packer.write(job, options["round"], path, heartbeat)
            return
    raise Invalid(f"Round {options['round']} has no detector any more.")
