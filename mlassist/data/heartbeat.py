"""Signs of life from loops over many images, so that a worker at work is not taken for dead."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

EVERY = 200  # images
Beat = Callable[[], None]
T = TypeVar("T")


def silent() -> None:
    """For callers that nobody waits for."""


def beating(items: Iterable[T], beat: Beat) -> Iterator[T]:
    """The items; `beat` is called before the first and then every EVERY."""
    for number, item in enumerate(items):
        if number % EVERY == 0:
            beat()
        yield item
