from datetime import timedelta

from django.core.cache import cache

from integrations.connection_test import Line, Report
from rocketsdr.accounts import approvals, audit
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.accounts.services import issue_api_key
from rocketsdr.lib.clock import now


def test_the_integrations_page_says_where_the_server_is(client, owner, settings):
    client.force_login(owner)
    assert client.get("/settings/")["Location"] == "/settings/integrations/"
    text = client.get("/settings/integrations/").content.decode()
    assert f"{settings.PUBLIC_URL}/api/mcp" in text
    assert "/settings/integrations/api-keys/" in text


def test_what_is_connected_is_seen_at_a_glance(client, owner, person, actor, api_key, stranger):
    moment = now()
    ends = moment + timedelta(days=3)
    issue_api_key(actor=person, name="Trial", scopes=frozenset({"leads:read"}), expires_at=ends, now=moment)
    approvals.file(actor=actor, kind="tests.act", subject_id=7, digest="a" * 64, text="Send.", now=moment)
    audit.record(actor, "campaign.paused")
    AuditEvent.objects.filter(id=audit.record(actor, "campaign.paused").id).update(at=moment - timedelta(days=2))
    audit.record(stranger.actor, "campaign.paused")
    cache.set(f"connection-test:{person.workspace_id}", Report(moment, (Line("TLS", "warn", "It ends soon."),)))
    client.force_login(owner)
    shown = client.get("/settings/integrations/")
    assert {name: shown.context[name] for name in ("keys", "keys_that_end", "approvals_waiting", "acts")} == {
        "keys": 2,
        "keys_that_end": 1,
        "approvals_waiting": 1,
        "acts": 1,
    }
    assert "1 warning" in shown.content.decode()


def test_every_page_below_is_a_tab(client, owner):
    client.force_login(owner)
    text = client.get("/settings/integrations/").content.decode()
    for address in ("api-keys/", "connectors/", "activity/"):
        assert f'href="/settings/integrations/{address}"' in text
        assert (
            f'href="/settings/integrations/{address}" aria-current="page"'
            in client.get(f"/settings/integrations/{address}").content.decode()
        )
    assert 'href="/approvals/"' in text


def test_it_is_for_signed_in_people(client, db):
    assert client.get("/settings/integrations/")["Location"] == "/sign-in/?next=/settings/integrations/"
