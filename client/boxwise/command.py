"""The command `boxwise`: make, fill, start, follow, export and release jobs from a terminal."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from boxwise.client import Boxwise
from boxwise.errors import BoxwiseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; 0 if it worked."""
    given = _parser().parse_args(arguments)
    try:
        given.does(Boxwise(given.url), given)
    except (BoxwiseError, TimeoutError, OSError) as error:
        sys.stderr.write(f"boxwise: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("boxwise: stopped; what runs on the server goes on.\n")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="boxwise",
        description="Labelling jobs of a Boxwise server. Set BOXWISE_URL and BOXWISE_TOKEN.",
    )
    parser.add_argument("--url", default="", help="the server, in place of BOXWISE_URL")
    commands = parser.add_subparsers(required=True, metavar="command")

    one = commands.add_parser("jobs", help="list your jobs")
    one.set_defaults(does=_jobs)

    one = commands.add_parser("create", help="make a draft")
    one.add_argument("name")
    one.add_argument("--preset", choices=("boxwise", "minimal", "ground_truth"))
    for kind in ("class", "annotator", "reviewer"):
        words = "several with commas between them, or the option again"
        one.add_argument(f"--{kind}", action="append", default=[], dest=kind, help=words)
    one.add_argument(
        "--set", action="append", default=[], metavar="OPTION=VALUE", help="any option of a job"
    )
    one.set_defaults(does=_create)

    one = commands.add_parser("import", help="send images, annotations, folders or zip archives")
    one.add_argument("job")
    one.add_argument("paths", nargs="+")
    one.add_argument("--boxes", choices=("suggestions", "labels", "ignore"), default="suggestions")
    one.add_argument("--no-wait", action="store_true", help="do not wait for the import")
    one.set_defaults(does=_import)

    one = commands.add_parser("start", help="start a draft")
    one.add_argument("job")
    one.set_defaults(does=lambda site, given: _say_state(site.job(given.job).start()))

    one = commands.add_parser("status", help="where a job stands")
    one.add_argument("job")
    one.add_argument("--json", action="store_true", help="all that is known, as JSON")
    one.set_defaults(does=_status)

    one = commands.add_parser("export", help="fetch the labels, or the detector, as a file")
    one.add_argument("job")
    one.add_argument("--format", default="coco", help="a format of labels, or detector")
    one.add_argument("--out", required=True, metavar="FILE")
    one.add_argument("--images", action="store_true", help="with the images, as a zip")
    one.add_argument("--split", metavar="80,10,10", help="percent of train, val and test")
    one.add_argument("--source", choices=("people", "auto"), help="labels of these alone")
    one.add_argument("--round", type=int, metavar="NUMBER", help="labels, or detector, of a round")
    one.set_defaults(does=_export)

    one = commands.add_parser("release", help="make the next release, or fetch one")
    one.add_argument("job")
    one.add_argument("--note", default="")
    one.add_argument("--split", metavar="80,10,10", help="percent of train, val and test")
    one.add_argument("--number", type=int, help="fetch this one in place of making the next")
    one.add_argument("--out", metavar="FILE", help="where to write its zip")
    one.set_defaults(does=_release)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _jobs(site: Boxwise, given: argparse.Namespace) -> None:
    for job in site.jobs():
        _say(f"{job['slug']}\t{job['state']}\t{job['name']}")


def _create(site: Boxwise, given: argparse.Namespace) -> None:
    options: dict[str, Any] = {"name": given.name}
    if given.preset:
        options["preset"] = given.preset
    for pair in given.set:
        name, _, value = pair.partition("=")
        options[name] = _value(value)
    job = site.create_job(
        classes=_split(getattr(given, "class")),
        annotators=_split(given.annotator),
        reviewers=_split(given.reviewer),
        **options,  # type: ignore[typeddict-item]  # the server says which option it does not know
    )
    _say(job.slug)
    for one in job.read()["missing"]:
        _say(f"Before it starts: {one['message']}")


def _shares(text: str | None) -> list[Any] | None:
    """Percentages with commas between them; the server says what is wrong with them."""
    return [_value(share) for share in text.split(",")] if text else None


def _split(values: Sequence[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def _value(text: str) -> Any:
    """A number, true, false or null as JSON has it; else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _import(site: Boxwise, given: argparse.Namespace) -> None:
    for row in site.job(given.job).upload(given.paths, given.boxes, wait=not given.no_wait):
        report = row["report"]
        _say(
            f"{report.get('imported', 0)} imported, {report.get('duplicates', 0)} already there, "
            f"{report.get('refused', 0)} refused"
            if row["state"] == "finished"
            else f"import {row['id']}: {row['state']}"
        )


def _say_state(job: Any) -> None:
    _say(f"{job['slug']}: {job['state']}")


def _status(site: Boxwise, given: argparse.Namespace) -> None:
    job = site.job(given.job)
    found = job.read()
    if given.json:
        _say(json.dumps({"job": found, "snapshot": job.snapshot()}, indent=2))
        return
    _say_state(found)
    for name, count in found["counts"].items():
        _say(f"{name}: {count}")
    for one in found["missing"]:
        _say(f"Before it starts: {one['message']}")


def _export(site: Boxwise, given: argparse.Namespace) -> None:
    asked = {name: getattr(given, name) for name in ("images", "source", "round")}
    asked["split"] = _shares(given.split)
    options = {name: value for name, value in asked.items() if value}
    _say(str(site.job(given.job).export(given.format, given.out, **options)))


def _release(site: Boxwise, given: argparse.Namespace) -> None:
    job, number = site.job(given.job), given.number
    if number is None:
        made = job.release(given.note, _shares(given.split))
        number = made["number"]
        _say(f"release {number}: {made['counts']['images']} images, digest {made['digest']}")
    if given.out:
        _say(str(job.release_file(number, given.out)))


if __name__ == "__main__":
    sys.exit(main())
