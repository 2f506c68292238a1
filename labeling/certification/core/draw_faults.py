"""What does not hold in the checks of a certificate: their boxes, honeypots, and values."""

from collections.abc import Iterable, Sequence

from labeling.certification.core import blind_drawing, counted, honeypots
from labeling.kernel import guarantee
from labeling.kernel.boxes import Box, pack
from labeling.kernel.certificate_shapes import Draw
from labeling.kernel.errors import Invalid

TOLERANCE = 1e-9
VALUE_TOLERANCE = 1e-6


def draw_faults(draws: Sequence[Draw], kind: str, seed: str, strict: bool) -> list[str]:
    """`strict`: all checks were drawn blind before the label was revealed."""
    faults = [f for i, draw in enumerate(draws) if (f := _drawing_fault(i, draw, strict))]
    faults += [f for i, draw in enumerate(draws) if (f := _honeypot_fault(i, draw, seed, strict))]
    faults += _checker_faults(draws)
    return faults + _value_faults(draws, kind, strict)


def _drawing_fault(i: int, draw: Draw, strict: bool) -> str | None:
    """Whether the boxes of a blind check are its drawing and what the drawing revealed."""
    if not strict and draw["drawn"] is not None:
        return f"Draw {i + 1}: its checker saw the label, so there is no drawing before it."
    judged: list[tuple[str, list[Box] | None, list[Box] | None]] = [
        ("blind_boxes", draw["blind_boxes"], draw["blind_drawn"])
    ]
    if strict:
        judged.append(("boxes", draw["boxes"], draw["drawn"]))
    for name, boxes, drawn in judged:
        if boxes is None:
            continue  # could not be judged, or was not drawn
        if drawn is None:
            return f"Draw {i + 1}: its {name} lack the drawing that was made before the reveal."
        revealed = blind_drawing.unmatched(draw["predicted"], drawn)
        try:
            blind_drawing.added(boxes, drawn, revealed, TOLERANCE)
        except Invalid:
            return (
                f"Draw {i + 1}: its {name} are not its drawing with boxes of the label that the "
                "drawing does not match."
            )
    return None


def _honeypot_fault(i: int, draw: Draw, seed: str, strict: bool) -> str | None:
    """Whether an answer about a honeypot is there exactly where the check had one."""
    width, height = draw["size"]
    for boxes, drawn, missed in (
        (draw["boxes"], draw["drawn"], draw["missed_honeypot"]),
        (draw["blind_boxes"], draw["blind_drawn"], draw["blind_missed_honeypot"]),
    ):
        wrong = None
        if strict and boxes is not None:
            key, label = draw["image"], draw["predicted"]
            wrong = honeypots.wrong_box(seed, key, (width, height), label, drawn or [])
        if wrong is None and missed is not None:
            return f"Draw {i + 1}: it tells of a honeypot that it did not have."
        if wrong is not None and missed is None:
            return f"Draw {i + 1}: it lacks the answer about its honeypot."
    return None


def _checker_faults(draws: Iterable[Draw]) -> list[str]:
    """Whether people are numbered as they come, and nobody checks an image twice."""
    known = 0
    for i, draw in enumerate(draws):
        second = draw["blind_checker"]
        if (second is None) != (draw["blind_value"] is None) or second == draw["checker"]:
            return [f"Draw {i + 1}: its second check was not made by someone else."]
        for checker in (draw["checker"], second):
            if (checker or 0) > known + 1:
                return [f"Draw {i + 1}: its checker is not numbered in the order of the draws."]
            known = max(known, checker or 0)
    return []


def _value_faults(draws: Sequence[Draw], kind: str, strict: bool) -> list[str]:
    """Whether values follow from the boxes, and from how credible the checkers were till then."""
    expected = counted.values(_place(draw, kind, strict) for draw in draws)
    return [
        f"Draw {i + 1}: its {name} does not follow from its boxes and its checker's answers so far."
        for i, (draw, value) in enumerate(zip(draws, expected, strict=True))
        for name, wrong in (
            ("value", abs(draw["value"] - value) > VALUE_TOLERANCE),
            ("blind_value", _is_wrong_blind(draw, kind)),
        )
        if wrong
    ]


def _place(draw: Draw, kind: str, strict: bool) -> tuple[counted.Check, counted.Check | None]:
    """The first check of a draw, and the one made in its stead."""
    label, second = draw["predicted"], draw["blind_checker"]
    boxes, drawn = draw["boxes"], draw["drawn"] if strict else None
    first = counted.Check.of(kind, draw["checker"], label, drawn, boxes, draw["missed_honeypot"])
    if not strict or second is None:
        return first, None
    boxes, drawn, missed = draw["blind_boxes"], draw["blind_drawn"], draw["blind_missed_honeypot"]
    return first, counted.Check.of(kind, second, label, drawn, boxes, missed)


def _is_wrong_blind(draw: Draw, kind: str) -> bool:
    if draw["blind_value"] is None:
        return False
    boxes = draw["blind_boxes"]
    value = 0.0
    if boxes is not None:  # else it could not be judged
        value = guarantee.value(kind, pack(draw["predicted"]), pack(boxes))
    return abs(value - draw["blind_value"]) > VALUE_TOLERANCE
