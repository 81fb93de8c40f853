"""A run against the real server, which has a single thread: it never waits for itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application

from integrations import connection_test
from integrations.connection_test import checks, run
from integrations.connection_test.run import AlreadyRunning, Report
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import ApiKey, AuditEvent
from rocketsdr.api_handler import ApiHandler
from rocketsdr.asgi import Front
from rocketsdr.lib.clock import now as real_now
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)
ABOUT_SIGNING_IN = {"Resource metadata", "Sign-in metadata", "Challenge"}


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    front = Front(wsgi=get_wsgi_application(), api=ApiHandler(), asgi=get_asgi_application(), threads=1)
    with serving(front) as port:
        settings.PUBLIC_URL = f"http://127.0.0.1:{port}"
        yield settings.PUBLIC_URL


def finished(workspace_id: int) -> Report:
    report = connection_test.latest(workspace_id)
    assert report is not None
    assert report.is_done
    return report


def test_the_real_server_passes_with_a_single_thread_and_keeps_no_key_of_the_test(person, server):
    connection_test.start(actor=person, now=real_now()).join(30)
    found = {line.name: line for line in finished(person.workspace_id).lines}
    wrong = {name: line for name, line in found.items() if line.state == "fail" and name not in ABOUT_SIGNING_IN}
    assert wrong == {}
    assert {"Address", "Pages", "POST", "Host", "Tools", "Authorization", "Mcp-* headers", "Streams"} <= found.keys()
    assert not ApiKey.objects.exists()
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["api_key.issued", "api_key.revoked"]


def test_the_page_answers_at_once_and_shows_the_result_later(client, owner, workspace, server, monkeypatch):
    threads = []
    start = run.start
    monkeypatch.setattr(connection_test, "start", lambda **given: threads.append(start(**given)))
    client.force_login(owner)
    answer = client.post("/settings/integrations/connectors/test/")
    assert answer["Location"] == "/settings/integrations/connectors/#test"
    threads[0].join(30)
    text = client.get("/settings/integrations/connectors/").content.decode()
    assert "tools/list names" in text
    assert "Test again" in text


def test_one_run_at_a_time_and_only_for_whoever_manages_the_workspace(person, viewer, monkeypatch, now):
    monkeypatch.setattr(run, "Thread", lambda **_: type("Never", (), {"start": lambda self: None})())
    with pytest.raises(MissingScope):
        connection_test.start(actor=viewer, now=now)
    with pytest.raises(MissingScope):
        connection_test.start(actor=replace(person, scopes=person.scopes - {"admin"}), now=now)
    assert connection_test.latest(person.workspace_id) is None
    moment = real_now()
    connection_test.start(actor=person, now=moment)
    with pytest.raises(AlreadyRunning):
        connection_test.start(actor=person, now=moment)
    cache.clear()
    cache.set(f"connection-test:{person.workspace_id}", Report(moment - timedelta(minutes=1)))
    report = connection_test.latest(person.workspace_id)
    assert report is not None
    assert (report.is_running, report.has_died) == (False, True)
    connection_test.start(actor=person, now=moment)


def test_a_fault_of_ours_ends_the_run_with_a_line_that_says_so(person, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(checks, "look", broken)
    connection_test.start(actor=person, now=real_now()).join(10)
    assert [line.name for line in finished(person.workspace_id).lines] == ["The test itself"]
    assert not ApiKey.objects.exists()


def test_another_workspaces_report_is_not_ours(person, stranger):
    cache.set(f"connection-test:{stranger.workspace.id}", Report(real_now()))
    assert connection_test.latest(person.workspace_id) is None
