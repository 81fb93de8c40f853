import threading

import pytest

from rocketsdr.lib import progress


@pytest.fixture
def told():
    return []


@pytest.fixture
def sink(told):
    return lambda *report: told.append(report)


def test_what_nobody_waits_for_is_told_to_nobody():
    progress.report(1, 2, "Working.")


def test_what_is_reported_inside_reaches_the_sink_and_nothing_else_does(told, sink):
    with progress.to(sink):
        progress.report(1, 2, "Inside.")
    progress.report(2, 2, "Outside.")
    assert told == [(1, 2, "Inside.")]


def test_an_inner_sink_hears_instead_of_the_outer_one(told, sink):
    with progress.to(sink):
        with progress.to(lambda *_: None):
            progress.report(1, 2, "Inner.")
        progress.report(2, 2, "Outer.")
    assert told == [(2, 2, "Outer.")]


def test_another_thread_has_a_sink_of_its_own(told, sink):
    with progress.to(sink):
        thread = threading.Thread(target=progress.report, args=(1, 2, "Elsewhere."))
        thread.start()
        thread.join()
    assert told == []


def test_a_sink_may_stop_the_work():
    def stop(*_):
        raise InterruptedError

    with progress.to(stop), pytest.raises(InterruptedError):
        progress.report(1, 2, "Working.")


def test_a_sparing_sink_passes_on_the_first_the_last_and_one_a_second(told, sink):
    seconds = iter([0.0, 0.4, 0.9, 1.0, 1.1, 1.2])
    spared = progress.sparing(sink, every=1.0, clock=lambda: next(seconds))
    for done in (0, 1, 2, 3, 4):
        spared(done, 5, "Working.")
    spared(5, 5, "Done.")
    assert told == [(0, 5, "Working."), (3, 5, "Working."), (5, 5, "Done.")]
