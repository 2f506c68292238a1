"""What a benchmark gives back: named figures, each with its unit and perhaps a goal."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Goal:
    """What a figure should be."""

    sign: str  # key of COMPARE
    value: float

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        # numpy's bool, which comes of numpy's figures, cannot be written as JSON
        return bool(COMPARE[self.goal.sign](self.value, self.goal.value)) if self.goal else None

    def to_json(self) -> dict[str, object]:
        """The figure as plain values."""
        return {
            "name": self.name,
            "value": float(self.value),
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "met": self.met,
        }


Benchmark = Callable[[], Iterator[Figure]]


def table(figures: list[Figure]) -> str:
    """One line per figure: name, figure, unit, goal."""
    rows = [("name", "figure", "unit", "goal")] + [
        (
            f.name,
            f"{f.value:,.3g}" if abs(f.value) < 1000 else f"{f.value:,.0f}",
            f.unit,
            f"{f.goal}{'' if f.met else '  MISSED'}" if f.goal else "",
        )
        for f in figures
    ]
    wide = [max(len(row[k]) for row in rows) for k in range(4)]
    return "\n".join(
        f"{name:{wide[0]}}  {value:>{wide[1]}}  {unit:{wide[2]}}  {goal}".rstrip()
        for name, value, unit, goal in rows
    )
