"""What a certificate's parts say, those of earlier formats included: reading only, no test.

Stored certificates and freezes are sealed, so what they lack is filled in here and never there.
"""

from collections.abc import Iterable
from typing import Any

from labeling.core import promise
from labeling.core.blind import Hand


def kind_of(content: dict[str, Any]) -> str:
    """The promise that was frozen; the first certificates knew one only."""
    return str(content.get("promise", promise.QUALITY))


def by_class(content: dict[str, Any]) -> bool:
    """Whether the sets are those of single classes; all older certificates have nested ones."""
    return bool(content.get("by_class", False))


def from_blank(content: dict[str, Any]) -> bool:
    """Whether every check was drawn before the boxes were revealed; in the first format, none."""
    return bool(content.get("from_blank", False))


def hand_in(content: dict[str, Any]) -> Hand:
    """How drawers differ from what is there; the first format did not measure it."""
    return Hand.from_json(content["hand"]) if "hand" in content else Hand()


def most_checks(content: dict[str, Any]) -> int:
    """Checks in all that the rule may add up to; none were added in earlier formats."""
    return int(content.get("most_checks", content["budget"]))


def shown_in(result: dict[str, Any]) -> list[int]:
    """The sets that a certificate's result shows, by their place among the frozen ones."""
    found: list[int] = result.get("sets_shown", list(range(result["sets_certified"])))
    return found


def claim(content: dict[str, Any], risk: float, size: int, shown: Iterable[int]) -> str:
    """What is promised of `size` images, those of the sets `shown`, in one line."""
    sets = content["sets"]
    classes = [sets[rank]["class"] for rank in shown] if by_class(content) else []
    images = content.get("images", size)
    return promise.claim(kind_of(content), content["target"], risk, size, images, classes)


def shortfall(document: dict[str, Any]) -> float:
    """How far the certified images may fall short of perfect by their targets, in whole images."""
    content, shown = document["frozen"]["content"], shown_in(document["result"])
    if not by_class(content):
        shown = shown[-1:]  # it holds those before it
    sets = [content["sets"][rank] for rank in shown]
    return float(sum(s["size"] * (1 - s.get("target", content["target"])) for s in sets))


def result_in(document: dict[str, Any]) -> dict[str, Any]:
    """The result as the present format has it.

    The first one counted what the test showed as certified even where it was refused, judged no
    set from blank, and knew the drawers' noise of no pair.
    """
    result: dict[str, Any] = document["result"]
    if "freeing" in result:
        return result
    tested, bias = result["sets_certified"], result["anchoring"]
    return {
        **result,
        "sets_tested": tested,
        "sets_certified": 0 if result["outcome"] == "refused" else tested,
        "freeing": 1.0,
        "judged_blind": [None] * tested,
        "anchoring": bias and {**bias, "freed_mean": bias["blind_mean"], "measured": False},
    }
