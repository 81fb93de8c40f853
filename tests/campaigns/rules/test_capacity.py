import pytest

from campaigns.rules.capacity import days_to_send


@pytest.mark.parametrize(
    ("leads", "waits", "caps", "days"),
    [
        (200, [0, 3, 5], [None], 8),  # no cap: only the waits take time
        (200, [0, 3, 5], [30, None], 8),
        (30, [0], [30], 0),
        (31, [0], [30], 1),
        (100, [0, 3, 5], [30], 9),  # 300 e-mails at 30 a day
        (100, [0, 3, 5], [30, 30], 8),
    ],
)
def test_caps_and_waits_decide_how_long_it_takes(leads, waits, caps, days):
    assert days_to_send(leads=leads, steps=len(waits), waits=waits, daily_caps=caps) == days


@pytest.mark.parametrize(("leads", "waits", "caps"), [(0, [0], [30]), (10, [], [30]), (10, [0], []), (10, [0], [0])])
def test_what_cannot_be_sent_never_finishes(leads, waits, caps):
    assert days_to_send(leads=leads, steps=len(waits), waits=waits, daily_caps=caps) is None
