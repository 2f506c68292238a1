"""Who gets the next thread: everybody in turn, and nobody more than a person at a page needs."""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from labeling.server.answers import Refused

Who = Hashable  # one person, or one address of which nobody is known
REMEMBERED = 10_000


@dataclass(frozen=True)
class Allowance:
    """What one person, or all the strangers of one address, may ask for."""

    threads: int  # at once
    waiting: int  # requests in line for them
    at_once: int  # requests from the first byte to the last; 0: no limit
    rate: float  # requests a second, in the long run; 0: no limit
    burst: int  # requests saved up while resting


class Turns:
    """Gives out the threads, one request of each person after another."""

    def __init__(self, threads: int) -> None:
        self.free = threads
        self.running: Counter[Who] = Counter()
        self.lines: OrderedDict[Who, deque[asyncio.Future[None]]] = OrderedDict()
        self.limits: dict[Who, Allowance] = {}

    @asynccontextmanager
    async def turn(self, who: Who, allowed: Allowance) -> AsyncIterator[None]:
        """Wait for a thread; raises Refused where the line is too long."""
        if who in self.lines or not self.free or self.running[who] >= allowed.threads:
            await self._wait(who, allowed)
        else:
            self._take(who)
        try:
            yield
        finally:
            self._give_back(who)

    async def _wait(self, who: Who, allowed: Allowance) -> None:
        line = self.lines.setdefault(who, deque())
        if len(line) >= allowed.waiting:
            raise too_many(1.0)
        self.limits[who] = allowed
        mine = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give_back(who)
            raise

    def _take(self, who: Who) -> None:
        self.free -= 1
        self.running[who] += 1

    def _give_back(self, who: Who) -> None:
        self.free += 1
        self.running[who] -= 1
        if not self.running[who]:
            del self.running[who]
        for next_ in list(self.lines):
            if not self.free:
                return
            if self.running[next_] < self.limits[next_].threads:
                self._admit(next_)

    def _admit(self, who: Who) -> None:
        line = self.lines[who]
        while line and line[0].done():  # given up meanwhile
            line.popleft()
        if line:
            self._take(who)
            line.popleft().set_result(None)
            self.lines.move_to_end(who)
        if not line:
            del self.lines[who], self.limits[who]


class Usage:
    """Counts what each asks for: at once, and by a bucket that fills with time (token bucket)."""

    def __init__(self) -> None:
        self.present: Counter[Who] = Counter()
        self.left: OrderedDict[Who, tuple[float, float]] = OrderedDict()

    def count(self, who: Who, allowed: Allowance) -> None:
        """One more request; raises Refused where these come too fast."""
        if not allowed.rate:
            return
        now = time.monotonic()
        left, at = self.left.pop(who, (float(allowed.burst), now))
        left = min(float(allowed.burst), left + (now - at) * allowed.rate)
        self.left[who] = (left - 1 if left >= 1 else left), now
        if len(self.left) > REMEMBERED:
            self.left.popitem(last=False)
        if left < 1:
            raise too_many(max(1.0, (1 - left) / allowed.rate))

    @contextmanager
    def one_more(self, who: Who, allowed: Allowance) -> Iterator[None]:
        """A request under way; raises Refused where too many are."""
        if allowed.at_once and self.present[who] >= allowed.at_once:
            raise too_many(1.0)
        self.present[who] += 1
        try:
            yield
        finally:
            self.present[who] -= 1
            if not self.present[who]:
                del self.present[who]


def too_many(seconds: float) -> Refused:
    """The refusal of someone who asks for too much at once."""
    said = "Too many requests at once. Your work is kept; it is sent again in a moment."
    return Refused(429, "too_many_requests", said, seconds)
