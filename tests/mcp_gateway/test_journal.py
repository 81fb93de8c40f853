"""The audit log as its readers get it: what was done, by whom, by which call."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from mcp_gateway import journal
from mcp_gateway.journal import Wanted
from mcp_gateway.models import Ending, ToolCall
from rocketsdr.accounts import audit, undo
from rocketsdr.accounts.actor import job_actor
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Invalid

pytestmark = pytest.mark.django_db
NOTHING = Wanted()


def entries(actor, now, wanted=NOTHING, **how):
    return journal.list_entries(actor=actor, wanted=wanted, now=now, **how)


def actions(page):
    return [effect.action for entry in page.items for effect in entry.effects]


def called(actor, tool, *event_ids, client="Claude"):
    return ToolCall.objects.create(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        via="mcp",
        credential=actor.credential,
        client=client,
        request_id="r",
        surface="outreach",
        tool=tool,
        args_digest="a" * 64,
        outcome=Ending.DONE,
        duration_ms=1,
        at=datetime(2026, 11, 17, tzinfo=UTC),
        audit_ids=list(event_ids),
    )


def test_an_entry_joins_what_was_done_to_the_call_that_caused_it(actor, product, now):
    first = audit.record(actor, "product.created", product, fields="name", count=3)
    second = audit.record(actor, "product.updated", product)
    called(actor, "create_product", first.id)
    called(actor, "list_products")
    latest, earliest = entries(actor, now).items
    assert (latest.id, latest.tool, latest.client, latest.args_digest) == (second.id, "", "", "")
    assert (earliest.tool, earliest.client, earliest.args_digest) == ("create_product", "Claude", "a" * 64)
    assert earliest.effects == [journal.Effect("product.created", f"product:{product.id}", {"fields": "name", "count": 3})]
    assert (earliest.actor, earliest.via) == ("key:1", "mcp")
    assert latest.prev_hash == earliest.hash == first.hash


def test_who_did_it_is_a_credential_a_person_or_the_platform(actor, person, now):
    audit.record(actor, "by.agent")
    audit.record(person, "by.person")
    audit.record(job_actor(actor.workspace_id), "by.job")
    gone = audit.record(person, "by.somebody.gone")
    AuditEvent.objects.filter(id=gone.id).update(user_id=999_999)
    assert [entry.actor for entry in entries(actor, now).items] == ["user:999999", "platform", "owner@acme.example", "key:1"]


def test_what_can_be_undone_says_until_when(actor, product, now):
    event = audit.record(actor, "product.updated", product)
    undo.remember(event, name="Old")
    until = event.at + undo.KEPT_FOR
    assert entries(actor, event.at).items[0].undo_until == until
    assert entries(actor, until).items[0].undo_until is None


def test_the_log_is_filtered_by_who_did_it(actor, person, now):
    audit.record(actor, "by.agent")
    audit.record(actor.joined(actor.__class__(actor.workspace_id, 1, "mcp", credential="key:12")), "by.two.keys")
    audit.record(person, "by.person")
    assert actions(entries(actor, now, Wanted(actor="key:1"))) == ["by.two.keys", "by.agent"]
    assert actions(entries(actor, now, Wanted(actor="key:12"))) == ["by.two.keys"]
    assert actions(entries(actor, now, Wanted(actor="Owner@Acme.example"))) == ["by.person", "by.two.keys", "by.agent"]
    assert actions(entries(actor, now, Wanted(actor="web"))) == ["by.person"]
    with pytest.raises(Invalid, match="'somebody' is no actor") as caught:
        entries(actor, now, Wanted(actor="somebody"))
    assert caught.value.field == "actor"


def test_the_log_is_filtered_by_tool_and_by_what_it_was_done_to(actor, product, campaign, now):
    made = audit.record(actor, "product.created", product)
    paused = audit.record(actor, "campaign.paused", campaign)
    audit.record(actor, "workspace.paused")
    called(actor, "create_product", made.id)
    called(actor, "pause_campaign", paused.id)
    assert actions(entries(actor, now, Wanted(tool="pause_campaign"))) == ["campaign.paused"]
    assert actions(entries(actor, now, Wanted(entity=f"product:{product.id}"))) == ["product.created"]
    assert actions(entries(actor, now, Wanted(entity="Campaign"))) == ["campaign.paused"]
    assert actions(entries(actor, now, Wanted(entity="campaign:999999"))) == []
    with pytest.raises(Invalid, match="no entity"):
        entries(actor, now, Wanted(entity="campaign:x"))


def test_the_log_is_filtered_by_time_and_a_last_day_is_whole(actor, now):
    for day in (16, 17, 18):
        event = audit.record(actor, f"on.{day}")
        AuditEvent.objects.filter(id=event.id).update(at=datetime(2026, 11, day, 23, tzinfo=UTC))
    assert actions(entries(actor, now, Wanted(start=date(2026, 11, 17)))) == ["on.18", "on.17"]
    assert actions(entries(actor, now, Wanted(end=date(2026, 11, 17)))) == ["on.17", "on.16"]
    assert actions(entries(actor, now, Wanted(end=datetime(2026, 11, 17, 23, tzinfo=UTC)))) == ["on.16"]


def test_the_log_comes_in_pages_with_few_statements(actor, product, now, django_assert_max_num_queries):
    for number in range(30):
        event = audit.record(actor, f"act.{number}", product)
        called(actor, "create_product", event.id)
    with django_assert_max_num_queries(6):
        first = entries(actor, now, limit=20)
    rest = entries(actor, now, limit=20, cursor=first.next_cursor)
    assert actions(first) + actions(rest) == [f"act.{number}" for number in reversed(range(30))]
    assert (first.total, rest.next_cursor) == (30, None)
    assert {entry.tool for entry in first.items} == {"create_product"}


def test_a_strangers_log_is_theirs(actor, stranger, now):
    theirs = audit.record(stranger.actor, "theirs")
    called(actor, "list_products", theirs.id)  # even a record of ours that names their event
    ours = audit.record(actor, "ours")
    called(stranger.actor, "their_tool", ours.id, client="Theirs")
    (entry,) = entries(actor, now).items
    assert (entry.effects[0].action, entry.tool, entry.client) == ("ours", "", "")
    assert actions(entries(actor, now, Wanted(tool="list_products"))) == []
    assert actions(entries(stranger.actor, now, Wanted(actor="key:1"))) == []


def test_the_calls_of_a_page_are_found_by_their_index(actor, now):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        calls = journal._caused(actor).filter(audit_ids__overlap=[1, 2]).query
        calls.where.children = [each for each in calls.where.children if "workspace" not in str(each)]  # few rows: any index would do
        sql, params = calls.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        assert "tool_calls_by_audit_id" in str(cursor.fetchall())
