"""GET /exports/<token> as a browser and curl send it, and as nobody should."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from integrations import downloads
from rocketsdr.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(workspace):
    good_until = clock.now() + timedelta(days=1)
    key = downloads.keep(workspace_id=workspace.id, name="1-1.csv", file=BytesIO(b"email\r\nada@example.com\r\n"), good_until=good_until)
    yield downloads.link(workspace_id=workspace.id, key=key, name="leads.csv", good_until=good_until)
    default_storage.delete(key)


def test_a_link_gives_the_file_without_a_sign_in_and_nothing_keeps_a_copy(url):
    answer = Client().get(url)
    assert answer.status_code == 200
    assert b"".join(answer) == b"email\r\nada@example.com\r\n"
    assert answer["Content-Disposition"] == 'attachment; filename="leads.csv"'
    assert answer["Content-Type"].startswith("text/csv")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_post_to_a_link_is_refused(url):
    assert Client().post(url).status_code == 405


@pytest.mark.parametrize("token", ["x", "a:b", "%00", "é", "A" * 3000])
def test_what_is_no_link_is_not_found(token):
    answer = Client().get(f"/exports/{token}")
    assert answer.status_code == 404
    assert "No such file; a link works for a day." in answer.content.decode()


def test_a_link_that_is_over_is_not_found(url):
    clock.use_offset_source(lambda: timedelta(days=1))
    assert Client().get(url).status_code == 404
