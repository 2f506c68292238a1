"""Real answers of 43 paid workers on 1,448 street scenes, merged, against an expert's boxes.

`--data` names a folder that holds pedestrians-multi/annotations.json: seven workers' boxes on each
picture, an expert's on 938 (Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017). The
expert judges on pictures of odd numbers; on the even ones reliability.HARDER and edges.DEGREES were
chosen. "Moved": some pictures of the other half, corrected by the expert, teach how edges lie;
"calibrated": they teach how many errors are found where some are expected.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from labeling.consolidation.core import edge_offsets, expected_errors, grouping, reliability
from labeling.consolidation.core.grouping import Answers, Merged
from labeling.kernel.boxes import BoxSet
from labeling.kernel.quality import Comparison, compare

PEOPLE = (1, 2, 3, 5, 7)  # per picture
LIMITS = (0.25, 0.15)  # errors left, at most: the job's default, strict
FIRST, MOST = 2, 3  # people of an adaptive picture, by the job's default
REFERENCES = 60  # pictures before it that teach who errs how, as in assignments.overlap
CORRECTED = 30  # pictures of the other half that the expert corrects
SEEDS = range(5)  # who of the seven is asked, and in which order


def run(data: Path, *, final: bool) -> Iterator[Figure]:
    """Means over half of the pictures with an expert and over five orders of the workers."""
    crowd, expert = read(data / "pedestrians-multi" / "annotations.json")
    judge = {image: boxes for image, boxes in expert.items() if image % 2 == final}
    teacher = {image: boxes for image, boxes in expert.items() if image % 2 != final}
    for count in PEOPLE:
        for name, merge in _ways(count):
            merged = [merge(_asked(crowd, count, seed)) for seed in SEEDS]
            yield from _figures(f"{count} people, {name}", merged, judge)
            if name == "EM":
                yield from _figures(f"{count} people, EM, moved", _moved(merged, teacher), judge)
    as_expected = [expected_errors.AS_EXPECTED for _ in SEEDS]
    curves = [_curve(crowd, teacher, seed) for seed in SEEDS]
    for limit in LIMITS:
        for told, known in (("", as_expected), (", calibrated", curves)):
            rows = [
                adaptive(crowd, limit, seed, curve)
                for seed, curve in zip(SEEDS, known, strict=True)
            ]
            name = f"adaptive, errors left <= {limit:g}{told}"
            merged = [found for found, _ in rows]
            yield from _figures(name, merged, judge)
            yield from _figures(f"{name}, moved", _moved(merged, teacher), judge)
            people = float(np.mean([people for _, people in rows]))
            yield Figure(f"{name}, people asked", people, "per picture")


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
    crowd: dict[int, list[tuple[int, BoxSet]]],
    limit: float,
    seed: int,
    curve: expected_errors.Curve,
) -> tuple[list[Merged], float]:
    """Ask as assignments.overlap does, picture by picture; the labels, and people per picture."""
    asked: list[Answers] = []
    for everyone in _asked(crowd, MOST, seed):
        for count in range(FIRST, MOST + 1):
            answers = _first(everyone, count)
            merged, _ = reliability.consolidate([*asked[-REFERENCES:], answers])
            if expected_errors.calibrated(merged[-1].risk, curve) <= limit:
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


def _moved(
    merged: Sequence[Sequence[Merged]], teacher: dict[int, BoxSet]
) -> list[Sequence[Merged]]:
    """Each order's labels, their edges moved by what CORRECTED of the teacher's pictures tell."""
    found: list[Sequence[Merged]] = []
    for seed, rows in zip(SEEDS, merged, strict=True):
        chosen = _corrected(teacher, seed)
        offset = edge_offsets.learn_offset(
            (m.boxes, edge_offsets.NO_OFFSET, teacher[m.image]) for m in rows if m.image in chosen
        )
        found.append([edge_offsets.move(m, offset) for m in rows])
    return found


def _corrected(teacher: dict[int, BoxSet], seed: int) -> set[int]:
    return set(np.random.default_rng(seed).choice(sorted(teacher), CORRECTED, replace=False))


def _curve(
    crowd: dict[int, list[tuple[int, BoxSet]]], teacher: dict[int, BoxSet], seed: int
) -> expected_errors.Curve:
    """What CORRECTED of the teacher's pictures tell of labels that FIRST people made."""
    chosen = _corrected(teacher, seed)
    merged, _ = reliability.consolidate(_asked(crowd, FIRST, seed))
    return expected_errors.learn_curve(
        (m.risk, expected_errors.errors_in(m.boxes, teacher[m.image]))
        for m in merged
        if m.image in chosen
    )


def _figures(
    name: str, merged: Sequence[Sequence[Merged]], expert: dict[int, BoxSet]
) -> Iterator[Figure]:
    """Mean quality, F1 over all objects at two overlaps, and objects missed or made up."""
    rows = []
    for one in merged:
        pairs = [(m.boxes, expert[m.image]) for m in one if m.image in expert]
        half, close = ([compare(*pair, floor=floor) for pair in pairs] for floor in (0.5, 0.75))
        wrong = [c.false_positives + c.false_negatives for c in half]
        rows.append((np.mean([c.quality for c in half]), _f1(half), _f1(close), np.mean(wrong)))
    quality, f1, f1_close, errors = np.mean(rows, axis=0).tolist()
    yield Figure(f"{name}, quality", quality, "mean")
    yield Figure(f"{name}, F1 at IoU .5", f1, "pooled")
    yield Figure(f"{name}, F1 at IoU .75", f1_close, "pooled")
    yield Figure(f"{name}, errors", errors, "per picture")


def _f1(found: Sequence[Comparison]) -> float:
    right = sum(c.true_positives for c in found)
    return 2 * right / (right + sum(c.objects for c in found))
