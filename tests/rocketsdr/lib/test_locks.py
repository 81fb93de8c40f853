"""One worker at a time, and a dead one holds nobody up."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from rocketsdr.lib.locks import alone

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(action: Callable[[], object]) -> object:
    """Do it on a connection of its own, as another worker would; return what comes of it."""
    said: list[object] = []

    def run() -> None:
        try:
            said.append(action())
        finally:
            connection.close()

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    return said[0]


def is_alone(kind: int, number: int) -> bool:
    with alone(kind, number) as answer:
        return answer


def test_only_one_worker_is_alone_until_it_has_ended():
    with alone(1, 7) as first:
        assert first
        assert elsewhere(lambda: is_alone(1, 7)) is False
    assert elsewhere(lambda: is_alone(1, 7)) is True


def test_other_numbers_and_other_kinds_are_other_locks():
    with alone(1, 7):
        assert elsewhere(lambda: is_alone(1, 8)) is True
        assert elsewhere(lambda: is_alone(2, 7)) is True


def test_who_was_refused_does_not_open_the_lock_of_the_holder():
    with alone(1, 7):
        elsewhere(lambda: is_alone(1, 7))
        assert elsewhere(lambda: is_alone(1, 7)) is False


def test_a_fault_lets_the_lock_go():
    with pytest.raises(ValueError, match="broken"), alone(1, 7):
        raise ValueError("broken")
    assert elsewhere(lambda: is_alone(1, 7)) is True


def test_a_dead_worker_holds_nobody_up():
    def die() -> None:
        alone(1, 7).__enter__()

    elsewhere(die)
    assert is_alone(1, 7)
