"""Calls that answer with a stream: carried to their end whoever listens, and never more at a time than a process can bear."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event

import pytest

from mcp_gateway.protocol import live

Emit = Callable[[bytes], None]


def test_what_is_said_comes_before_the_answer():
    def call(emit: Emit) -> bytes:
        emit(b"half")
        return b"done"

    assert [part.splitlines()[1] for part in live.events(call)] == [b"data: half", b"data: done"]


def test_silence_is_broken_by_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(live, "ALIVE_EVERY", 0.01)
    go_on = Event()
    stream = live.events(lambda emit: b"done" if go_on.wait(20) else b"")
    assert next(stream) == b": alive\n\n"
    go_on.set()
    assert b"done" in b"".join(stream)


@pytest.mark.parametrize("leaves", [True, False])
def test_a_process_makes_so_many_calls_at_a_time_even_when_clients_leave(monkeypatch, leaves):
    monkeypatch.setattr(live, "_free", BoundedSemaphore(1))
    go_on, second_began = Event(), Event()

    def first(emit: Emit) -> bytes:
        emit(b"begun")
        go_on.wait(20)
        return b"first"

    def second(emit: Emit) -> bytes:
        second_began.set()
        return b"second"

    stream = live.events(first)
    next(stream)
    if leaves:
        stream.close()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(list, live.events(second))
        assert not second_began.wait(0.05)
        go_on.set()
        assert b"second" in waiting.result(timeout=20)[0]
