"""The threads that answer requests: few while they compute, more while they wait, none at the end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rocketsdr.lib import threads as subject
from rocketsdr.lib.threads import Threads


@pytest.fixture
def make():
    made: list[Threads] = []

    def make(most: int) -> Threads:
        made.append(Threads(most))
        return made[-1]

    yield make
    for each in made:
        each.close()


def alive() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("request_")]


async def all_of(threads, job, number):
    return await asyncio.wait_for(asyncio.gather(*(threads.run(job) for _ in range(number))), 20)


def test_threads_join_while_those_that_are_there_only_wait(make):
    together = threading.Barrier(6)

    def meet() -> bytes:
        together.wait(20)
        return threading.current_thread().name.encode()

    met = asyncio.run(all_of(make(6), meet, 6))
    assert sorted(met) == [b"request_%d" % number for number in range(6)]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_there_are_never_more_than_allowed(make, most):
    inside, seen = threading.Semaphore(most), []

    def wait() -> bytes:
        seen.append(inside.acquire(blocking=False))
        threading.Event().wait(0.03)
        inside.release()
        return b""

    asyncio.run(all_of(make(most), wait, 5 * most))
    assert seen == [True] * (5 * most)


def test_whoever_is_one_too_many_leaves_while_the_others_work_on(make, monkeypatch):
    monkeypatch.setattr(subject, "LOOKED_AT_EVERY", 0.001)
    monkeypatch.setattr(subject, "BUSY_LOOKS", 2)
    shares = iter([0.0] * 4 + [1.0] * 1_000_000)
    monkeypatch.setattr(subject._Load, "since", lambda _: next(shares))
    pool, released = make(6), threading.Event()

    async def main() -> int:
        held = [asyncio.ensure_future(pool.run(lambda: str(released.wait(20)).encode())) for _ in range(8)]
        while len(alive()) < 6:  # the fifth look and later ones find them busy, and ask for leaves that nobody can take yet
            await asyncio.sleep(0.001)
        released.set()
        await asyncio.gather(*held)
        while len(alive()) > subject.FEW:
            await all_of(pool, lambda: b"", 4)
        return len(alive())

    assert asyncio.run(asyncio.wait_for(main(), 20)) == subject.FEW


def test_what_a_job_raises_is_raised_to_whoever_waits(make):
    def fail() -> bytes:
        raise LookupError("Not here.")

    with pytest.raises(LookupError, match="Not here"):
        asyncio.run(make(2).run(fail))


def test_a_later_loop_is_served_like_the_first(make):
    pool = make(4)
    for _ in range(3):
        assert asyncio.run(all_of(pool, lambda: b"done", 20)) == [b"done"] * 20


def test_a_loop_that_has_ended_waits_for_nothing(make):
    pool, go_on = make(2), threading.Event()

    async def leave() -> None:
        asyncio.ensure_future(pool.run(lambda: str(go_on.wait(20)).encode()))  # noqa: RUF006 - nobody waits for it
        await asyncio.sleep(0.01)

    asyncio.run(leave())
    go_on.set()
    assert asyncio.run(pool.run(lambda: b"done")) == b"done"


def test_all_are_gone_at_the_end(make):
    pool = make(3)
    asyncio.run(all_of(pool, lambda: b"", 10))
    pool.close()
    assert alive() == []
