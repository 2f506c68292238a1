"""Threads are given out in turn, and requests have a rate that no page comes near."""

import asyncio

import pytest

from labeling.server import turns
from labeling.server.answers import Refused
from labeling.server.turns import Allowance, Turns, Usage

TWO = Allowance(threads=2, waiting=50, at_once=3, rate=10, burst=20)


def in_order(threads, asked, allowed=TWO):
    """Who works, one after another, when all these ask at the same moment; the most at once."""
    order, at_once, most = [], {}, {}

    async def work(gate, who):
        async with gate.turn(who, allowed):
            order.append(who)
            at_once[who] = at_once.get(who, 0) + 1
            most[who] = max(most.get(who, 0), at_once[who])
            await asyncio.sleep(0.001)
            at_once[who] -= 1

    async def main():
        gate = Turns(threads)
        await asyncio.gather(*(work(gate, who) for who in asked))
        assert (gate.free, dict(gate.running), dict(gate.lines)) == (threads, {}, {})

    asyncio.run(main())
    return order, most


def test_who_asks_once_does_not_wait_behind_everything_another_asked_for():
    order, most = in_order(4, ["fast"] * 40 + ["marta", "jonas"])
    assert max(order.index("marta"), order.index("jonas")) <= 4
    assert most["fast"] == 2


def test_everybody_gets_the_same_share_when_all_ask_for_much():
    order, _ = in_order(1, ["a"] * 20 + ["b"] * 20 + ["c"] * 20)
    assert abs(order[:30].count("a") - order[:30].count("c")) <= 2


def test_a_line_has_an_end():
    with pytest.raises(Refused) as refused:
        in_order(1, ["a"] * 60)
    assert refused.value.status == 429


def test_who_gives_up_in_line_takes_no_thread_along():
    async def main():
        gate = Turns(1)

        async def hold(seconds):
            async with gate.turn("a", TWO):
                await asyncio.sleep(seconds)

        first = asyncio.create_task(hold(0.05))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(hold(0)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await first  # the moment it ends, the next in line is told to go
        waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert gate.free == 1
        assert not gate.lines
        await hold(0)

    asyncio.run(main())


def test_the_rate_is_a_burst_and_then_so_many_a_second(monkeypatch):
    now, waits = [100.0], []
    monkeypatch.setattr(turns.time, "monotonic", lambda: now[0])
    usage = Usage()

    def taken(seconds):
        """How many of a thousand requests in so many seconds go through."""
        passed = 0
        for _ in range(1000):
            now[0] += seconds / 1000
            try:
                usage.count("fast", TWO)
                passed += 1
            except Refused as refused:
                waits.append(refused.retry_after)
        return passed

    assert taken(0.001) == 20
    assert min(waits) >= 1
    assert taken(10) == pytest.approx(100, abs=2)
    usage.count("marta", TWO)  # has an allowance of her own
    now[0] += 60
    assert taken(0.001) == 20  # saved up while resting, no more than the burst


def test_no_rate_is_no_limit():
    usage = Usage()
    for _ in range(10_000):
        usage.count("a", Allowance(threads=1, waiting=1, at_once=0, rate=0, burst=0))
    assert not usage.left


def test_so_many_requests_are_under_way_at_once():
    usage = Usage()
    with usage.one_more("a", TWO), usage.one_more("a", TWO), usage.one_more("a", TWO):
        with pytest.raises(Refused), usage.one_more("a", TWO):
            pass
        with usage.one_more("b", TWO):
            pass
    with usage.one_more("a", TWO):
        pass
    assert not usage.present
