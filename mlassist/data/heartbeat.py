"""Signs of life from loops over many images, so that a worker at work is not taken for dead."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

EVERY = 200  # images
Heartbeat = Callable[[], None]
T = TypeVar("T")


def no_heartbeat() -> None:
    """For callers that nobody waits for."""


def with_heartbeat(items: Iterable[T], heartbeat: Heartbeat) -> Iterator[T]:
    """The items; `heartbeat` is called before the first and then every EVERY."""
    for number, item in enumerate(items):
        if number % EVERY == 0:
            heartbeat()
        yield item
