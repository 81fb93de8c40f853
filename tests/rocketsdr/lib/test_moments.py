from datetime import UTC, datetime, timedelta

import pytest
from django.template import engines

from rocketsdr.lib import clock
from rocketsdr.lib.moments import moment, told

NOW = datetime(2026, 11, 17, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=59), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=8), "in 8 minutes"),
        (timedelta(hours=-23, minutes=-59), "23 hours ago"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=-6, hours=-23), "6 days ago"),
        (timedelta(days=-7), "10 Nov 2026"),
        (timedelta(days=400), "22 Dec 2027"),
    ],
)
def test_a_moment_is_told_by_its_distance_and_from_a_week_on_by_its_date(distance, said):
    assert told(NOW + distance, NOW) == said


def test_machines_and_whoever_hovers_get_the_exact_moment():
    at = clock.now() - timedelta(hours=3, seconds=1)
    html = engines["django"].from_string("{{ at|moment }}").render({"at": at})
    assert f'<time datetime="{at.isoformat(timespec="seconds")}"' in html
    assert f'title="{at:%-d %b %Y, %H:%M} UTC"' in html
    assert ">3 hours ago</time>" in html


def test_what_never_was_is_told_in_words():
    assert moment(None) == "never"
    assert moment(None, "not yet") == "not yet"
