"""What a certificate's parts say: reading only, no test."""

from collections.abc import Iterable

from labeling.kernel import guarantee
from labeling.kernel.certificate_shapes import Document, PlanContent, Result


def by_class(content: PlanContent) -> bool:
    """Whether the sets are those of single classes; else they are nested."""
    return bool(content.get("by_class", False))


def shown_in(result: Result) -> list[int]:
    """The sets that a certificate's result shows, by their place among the locked ones."""
    return result.get("sets_shown", list(range(result["sets_certified"])))


def claim(content: PlanContent, risk: float, size: int, shown: Iterable[int]) -> str:
    """What is guaranteed of `size` images, those of the sets `shown`, in one line."""
    sets = content["sets"]
    classes = [sets[rank]["class"] for rank in shown] if by_class(content) else []
    images = content["images"]
    return guarantee.claim(content["guarantee"], content["target"], risk, size, images, classes)


def assumed(content: PlanContent) -> str:
    """What no check of the file can tell, and what the claim does not hold without
    (docs/certificate.md 5.1)."""
    checkers = (
        "in every check the checker drew what they saw before the label's boxes were revealed, had "
        "not seen the label elsewhere, and took over a revealed box only where it shows an object "
        "that they had overlooked (of who calls honeypots objects, nothing was taken over)"
        if content["drawn_blind"]
        else "checkers corrected whatever was wrong with the boxes that they were shown. They are "
        "known to leave near misses alone, and the one check in five that is also drawn blind "
        "finds only a part of that"
    )
    return (
        f"Assumed: {checkers}. Boxes count as the checkers made them; objects that checkers and "
        "labels both miss are not counted."
    )


def shortfall(document: Document) -> float:
    """How far the certified images may fall short of perfect by their targets, in whole images."""
    content, shown = document["locked"]["content"], shown_in(document["result"])
    if not by_class(content):
        shown = shown[-1:]  # it holds those before it
    sets = [content["sets"][rank] for rank in shown]
    return float(sum(s["size"] * (1 - s["target"]) for s in sets))
