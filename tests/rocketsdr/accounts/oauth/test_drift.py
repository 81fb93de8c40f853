"""Row 89: pinned documents are compared with the published ones, and never changed by that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from oauth2_provider.cimd import CIMDError

from rocketsdr.accounts import tasks
from rocketsdr.accounts.models import OAuthApplication, PinnedClient
from rocketsdr.accounts.oauth import cimd, drift, pinned

OTHERS = OAuthApplication.objects.exclude(client_id="rocketsdr")  # which every installation has
pytestmark = pytest.mark.django_db
CLAUDE, VSCODE = "https://claude.ai/oauth/mcp-oauth-client-metadata", "https://vscode.dev/oauth/client-metadata.json"


@pytest.fixture
def published(monkeypatch):
    """What is published, by id: a document, or an error; what a test does not name is as it is pinned."""
    answers: dict[str, Any] = {}
    asked: list[str] = []

    def answer(client_id):
        asked.append(client_id)
        found = answers.get(client_id, pinned.documents()[client_id])
        if isinstance(found, Exception):
            raise found
        return found, 3600

    monkeypatch.setattr(cimd, "published", answer)
    answers["asked"] = asked
    return answers


def state_of(client_id):
    kept = PinnedClient.objects.get(client_id=client_id)
    return kept.state, kept.detail


def test_documents_that_are_published_as_pinned_are_the_same(published, now):
    drift.check_pinned(now=now)
    assert {row.state for row in PinnedClient.objects.all()} == {"same"}
    assert PinnedClient.objects.count() == len(pinned.documents())


@pytest.mark.attack(89)
def test_drift_is_said_in_the_log_and_the_admin_and_applied_nowhere(published, now, caplog):
    published[CLAUDE] = {**pinned.documents()[CLAUDE], "redirect_uris": ["https://evil.example/cb"]}
    drift.check_pinned(now=now)
    state, detail = state_of(CLAUDE)
    assert state == "changed"
    assert "redirect_uris was ['https://claude.ai/api/mcp/auth_callback'], is ['https://evil.example/cb']" in detail
    assert [record.levelname for record in caplog.records if CLAUDE in record.getMessage()] == ["ERROR"]
    assert cimd.Fetcher().fetch(CLAUDE)[0]["redirect_uris"] == ["https://claude.ai/api/mcp/auth_callback"]
    assert not OTHERS.exists()


def test_drift_to_what_would_be_refused_is_drift(published, now):
    published[VSCODE] = {**pinned.documents()[VSCODE], "client_secret": "x"}
    drift.check_pinned(now=now)
    assert state_of(VSCODE) == ("changed", "The published document would be refused now: A published document holds no secret.")


def test_what_changes_nothing_for_us_is_no_drift(published, now):
    published[VSCODE] = {**pinned.documents()[VSCODE], "logo_uri": "https://code.visualstudio.com/new.png"}
    drift.check_pinned(now=now)
    assert state_of(VSCODE) == ("same", "")


def test_a_publisher_that_keeps_servers_out_alarms_nobody(published, now, caplog):
    published[CLAUDE] = CIMDError("The document was answered with status 403.")
    drift.check_pinned(now=now)
    assert state_of(CLAUDE) == ("unreachable", "The document was answered with status 403.")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.attack(89)
def test_each_document_is_compared_once_a_week(published, now):
    for hours in (0, 1, 24 * 6):
        drift.check_pinned(now=now + timedelta(hours=hours))
    assert len(published["asked"]) == len(pinned.documents())
    drift.check_pinned(now=now + timedelta(days=8))
    assert len(published["asked"]) == 2 * len(pinned.documents())


def test_a_change_keeps_the_time_at_which_it_was_first_seen_and_loses_it_when_it_is_over(published, now):
    published[CLAUDE] = {**pinned.documents()[CLAUDE], "client_name": "Claude AI"}
    for days in (0, 8):
        drift.check_pinned(now=now + timedelta(days=days))
    assert PinnedClient.objects.get(client_id=CLAUDE).changed_at == now
    del published[CLAUDE]
    drift.check_pinned(now=now + timedelta(days=16))
    assert PinnedClient.objects.get(client_id=CLAUDE).changed_at is None


def test_the_job_runs_as_often_as_it_likes(published):
    for _ in range(3):
        tasks.check_pinned_clients(hint="from a newer caller")
    assert len(published["asked"]) == len(pinned.documents())
