"""Real answers of 43 paid workers on 1,448 street scenes, merged, against an expert's boxes.

`--data` names a folder that holds pedestrians-multi/annotations.json: seven workers' boxes on each
picture, an expert's on 938 (Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017). The
expert judges on pictures of odd numbers; on the even ones reliability.HARDER was chosen.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from labeling.consolidation.core import grouping, reliability
from labeling.consolidation.core.grouping import Answers, Merged
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import compare

PEOPLE = (1, 2, 3, 5, 7)  # per picture
LIMITS = (0.25, 0.15)  # errors left, at most: the job's default, strict
FIRST, MOST = 2, 3  # people of an adaptive picture, by the job's default
REFERENCES = 60  # pictures before it that teach who errs how, as in assignments.overlap
SEEDS = range(5)  # who of the seven is asked, and in which order


def run(data: Path, *, final: bool) -> Iterator[Figure]:
    """Means over half of the pictures with an expert and over five orders of the workers."""
    crowd, expert = read(data / "pedestrians-multi" / "annotations.json")
    expert = {image: boxes for image, boxes in expert.items() if image % 2 == final}
    for count in PEOPLE:
        for name, merge in _ways(count):
            found = [_judged(merge(_asked(crowd, count, seed)), expert) for seed in SEEDS]
            yield from _figures(f"{count} people, {name}", found)
    for limit in LIMITS:
        rows = [adaptive(crowd, limit, seed) for seed in SEEDS]
        found = [_judged(merged, expert) for merged, _ in rows]
        yield from _figures(f"adaptive, errors left <= {limit:g}", found)
        people = float(np.mean([people for _, people in rows]))
        yield Figure(f"adaptive, errors left <= {limit:g}, people asked", people, "per picture")


def read(path: Path) -> tuple[dict[int, list[tuple[int, BoxSet]]], dict[int, BoxSet]]:
    """The workers' answers and the expert's, by picture."""
    found = json.loads(path.read_text())
    number = {a["id"]: i for i, a in enumerate(found["annotators"])}
    experts = {a["id"] for a in found["annotators"] if a["kind"] == "expert"}
    crowd: dict[int, list[tuple[int, BoxSet]]] = {}
    expert: dict[int, BoxSet] = {}
    for row in found["responses"]:
        boxes = np.array(row["boxes"], float).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        drawn = BoxSet(boxes, np.zeros(len(boxes), np.int64), np.ones(len(boxes)))
        if row["annotator"] in experts:
            expert[row["image_id"]] = drawn
        else:
            crowd.setdefault(row["image_id"], []).append((number[row["annotator"]], drawn))
    return crowd, expert


def adaptive(
    crowd: dict[int, list[tuple[int, BoxSet]]], limit: float, seed: int
) -> tuple[list[Merged], float]:
    """Ask as assignments.overlap does, picture by picture; the labels, and people per picture."""
    asked: list[Answers] = []
    for everyone in _asked(crowd, MOST, seed):
        for count in range(FIRST, MOST + 1):
            answers = _first(everyone, count)
            merged, _ = reliability.consolidate([*asked[-REFERENCES:], answers])
            if merged[-1].risk <= limit:
                break
        asked.append(answers)
    people = float(np.mean([len(answers.boxes) for answers in asked]))
    return reliability.consolidate(asked)[0], people


def _ways(count: int) -> list[tuple[str, Callable[[list[Answers]], Sequence[Merged]]]]:
    if count == 1:
        return [("as drawn", lambda rows: [grouping.single(row) for row in rows])]
    return [
        ("majority", grouping.majority),
        ("average", lambda rows: grouping.majority(rows, averaged=True)),
        ("EM", lambda rows: reliability.consolidate(rows)[0]),
    ]


def _asked(crowd: dict[int, list[tuple[int, BoxSet]]], count: int, seed: int) -> list[Answers]:
    """So many answers of each picture, in an order of chance that grows with `count`."""
    rng = np.random.default_rng(seed)
    found = []
    for image, rows in sorted(crowd.items()):
        order = rng.permutation(len(rows))
        people, boxes = zip(*(rows[i] for i in order), strict=True)
        found.append(_first(Answers(image, people, boxes), count))
    return found


def _first(answers: Answers, count: int) -> Answers:
    return Answers(answers.image, answers.annotators[:count], answers.boxes[:count])


def _judged(merged: Sequence[Merged], expert: dict[int, BoxSet]) -> tuple[float, float]:
    """Mean quality, and objects missed or made up per picture."""
    found = [compare(m.boxes, expert[m.image]) for m in merged if m.image in expert]
    wrong = [c.false_positives + c.false_negatives for c in found]
    return float(np.mean([c.quality for c in found])), float(np.mean(wrong))


def _figures(name: str, found: list[tuple[float, float]]) -> Iterator[Figure]:
    quality, wrong = np.mean(found, axis=0)
    yield Figure(f"{name}, quality", float(quality), "mean")
    yield Figure(f"{name}, errors", float(wrong), "per picture")
