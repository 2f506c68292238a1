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


def shortfall(document: Document) -> float:
    """How far the certified images may fall short of perfect by their targets, in whole images."""
    content, shown = document["locked"]["content"], shown_in(document["result"])
    if not by_class(content):
        shown = shown[-1:]  # it holds those before it
    sets = [content["sets"][rank] for rank in shown]
    return float(sum(s["size"] * (1 - s["target"]) for s in sets))
