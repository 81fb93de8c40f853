"""The audit log as a page: told in sentences, filtered, undone, downloaded, and nobody else's."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from campaigns.services import products
from mcp_gateway.activity import views
from rocketsdr.accounts import audit, undo
from rocketsdr.accounts.actor import Actor, job_actor
from rocketsdr.accounts.models import AuditEvent, Membership
from rocketsdr.lib.clock import now
from tests import factories
from tests.mcp_gateway.test_journal import called

PAGE = "/settings/integrations/activity/"
CSV = f"{PAGE}activity.csv"


@pytest.fixture
def page(client: Any, owner: Any) -> Any:
    client.force_login(owner)
    return client


@pytest.fixture
def agent(api_key: Any, workspace: Any, owner: Any) -> Actor:
    return Actor(workspace_id=workspace.id, user_id=owner.pk, via="mcp", credential=api_key.key.credential)


def sentences(answer: Any) -> list[str]:
    return [row.sentence for row in answer.context["rows"]]


def lines(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_each_entry_is_a_sentence_with_who_and_with_what(page, agent, person, product, campaign):
    event = audit.record(agent, "campaign.launched", campaign)
    called(agent, "create_campaign", event.id, client="Claude <1.0>")
    audit.record(person, "product.updated", product, fields="name")
    audit.record(job_actor(person.workspace_id), "campaign.archived", campaign)
    answer = page.get(PAGE)
    assert sentences(answer)[:3] == [
        f"archived the campaign “{campaign.name}”",
        "changed the product “Analytics Suite”",
        f"launched the campaign “{campaign.name}”",
    ]
    rows = answer.context["rows"]
    assert [row.who for row in rows[:3]] == ["The platform", "owner@acme.example", "Claude"]
    assert (rows[2].credential, rows[2].tool, rows[2].door) == (agent.credential, "create_campaign", "MCP")
    assert "Claude &lt;1.0&gt;" in answer.content.decode()


def test_a_key_is_named_and_linked_and_a_thing_that_is_gone_keeps_its_number(page, api_key, person, product):
    audit.record(person, "product.deleted", product)
    number = product.id
    product.delete()
    rows = page.get(PAGE).context["rows"]
    assert rows[0].sentence == f"deleted the product {number}"
    assert (rows[1].sentence, rows[1].address) == ("made the API key “Claude”", f"/settings/integrations/api-keys/{api_key.key.id}/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["by.job", "product.updated", "campaign.paused", "api_key.issued"]),
        ("by=web", ["product.updated", "api_key.issued"]),
        ("by={key}", ["campaign.paused"]),
        ("by=owner@acme.example", ["product.updated", "campaign.paused", "api_key.issued"]),
        ("agents=on", ["campaign.paused"]),
        ("action=product.updated", ["product.updated"]),
        ("tool=pause_campaign", ["campaign.paused"]),
        ("about=campaign:{campaign}", ["campaign.paused"]),
        ("about=API+key+{key_id}", ["api_key.issued"]),
        ("about=Campaign", ["campaign.paused"]),
        ("start=2100-01-01", []),
        ("end=2000-01-01", []),
        ("start=2000-01-01&end=2100-01-01&by=job", ["by.job"]),
    ],
)
def test_the_page_and_the_file_hold_what_the_filters_leave(page, agent, person, product, campaign, api_key, query, expected):
    paused = audit.record(agent, "campaign.paused", campaign)
    called(agent, "pause_campaign", paused.id)
    audit.record(person, "product.updated", product)
    audit.record(job_actor(person.workspace_id), "by.job")
    asked = query.format(key=agent.credential, campaign=campaign.id, key_id=api_key.key.id)
    actions = dict(AuditEvent.objects.values_list("id", "action"))
    assert [actions[row.id] for row in page.get(f"{PAGE}?{asked}").context["rows"]] == expected
    assert [line["action"] for line in lines(page.get(f"{CSV}?{asked}"))] == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("about=campaign:x:y:1z", "is no entity"),
        ("by=nobody", "Select a valid choice"),
        ("start=soon", "Enter a valid date"),
        ("cursor=x", "no cursor of ours"),
    ],
)
def test_a_wrong_filter_is_named_and_shows_nothing(page, agent, query, text):
    answer = page.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert text in answer.content.decode()
    assert answer.context["rows"] == []


def test_older_entries_are_on_the_next_page_with_the_same_filters(page, agent, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 2)
    for number in range(5):
        audit.record(agent, f"act.{number}")
    seen, address = [], f"{PAGE}?agents=on"
    for _ in range(3):
        answer = page.get(address)
        seen += sentences(answer)
        address = f"{PAGE}?agents=on&cursor={answer.context['page'].next_cursor}"
    assert seen == [f"act {number}:" for number in reversed(range(5))]
    assert answer.context["page"].next_cursor is None


def test_an_undo_says_what_it_has_reversed_and_comes_back_to_the_same_filters(page, person, product, jobs):
    products.update_product(actor=person, product_id=product.id, changes={"name": "Renamed"}, now=now())
    row = page.get(PAGE).context["rows"][0]
    assert row.may_undo
    answer = page.post(f"{PAGE}{row.id}/undo/", {"back": "agents=&by=web"}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?agents=&by=web", 302)]
    assert "has its previous name again" in answer.content.decode()
    product.refresh_from_db()
    assert product.name == "Analytics Suite"
    assert "It was undone already" in page.post(f"{PAGE}{row.id}/undo/", follow=True).content.decode()


def test_undo_is_offered_only_where_it_goes_and_to_whoever_may(client, page, person, product, workspace):
    products.update_product(actor=person, product_id=product.id, changes={"name": "Renamed"}, now=now())
    old = AuditEvent.objects.latest("id")
    audit.record(person, "workspace.paused")
    assert [row.may_undo for row in page.get(PAGE).context["rows"][:2]] == [False, True]
    viewer = factories.MembershipFactory.create(workspace=workspace, role="viewer").user
    client.force_login(viewer)
    assert not any(row.may_undo for row in client.get(PAGE).context["rows"])
    assert "lacks the scope campaigns:write" in client.post(f"{PAGE}{old.id}/undo/", follow=True).content.decode()
    undo.purge(now=now() + timedelta(days=8))
    client.force_login(person and Membership.objects.get(role="owner", workspace=workspace).user)
    assert not any(row.may_undo for row in client.get(PAGE).context["rows"])


def test_a_way_back_never_leads_off_the_page(page, person, product):
    event = audit.record(person, "workspace.paused")
    answer = page.post(f"{PAGE}{event.id}/undo/", {"back": "//evil.example/?x"})
    assert answer["Location"].startswith(f"{PAGE}?")


def test_the_file_is_whole_quoted_and_runs_no_formula(page, agent, monkeypatch):
    monkeypatch.setattr("mcp_gateway.journal.AT_ONCE", 3)
    for number in range(8):
        event = audit.record(agent, f"act.{number}", reason="=cmd()")
    called(agent, "=HYPERLINK()", event.id, client="=1+1")
    answer = page.get(f"{CSV}?agents=on")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="activity-2')
    found = lines(answer)
    assert [line["action"] for line in found] == [f"act.{number}" for number in reversed(range(8))]
    assert (found[0]["client"], found[0]["tool"]) == ("'=1+1", "'=HYPERLINK()")
    assert found[0]["prev_hash"] == found[1]["hash"]


def test_a_strangers_log_is_neither_shown_nor_downloaded_nor_undone(page, stranger, campaign):
    theirs = stranger.event
    undo.remember(theirs)
    assert stranger.product.name not in page.get(PAGE).content.decode()
    assert [line["id"] for line in lines(page.get(CSV))] == [
        str(each.id) for each in AuditEvent.objects.filter(workspace=campaign.workspace)
    ]
    answer = page.post(f"{PAGE}{theirs.id}/undo/", follow=True)
    assert "No such action." in answer.content.decode()
    named = audit.record(Actor(campaign.workspace_id, None, "job"), "campaign.paused", stranger.campaign)
    row = next(row for row in page.get(PAGE).context["rows"] if row.id == named.id)
    assert row.thing == f"the campaign {stranger.campaign.id}", "a name of theirs is never read"


def test_more_entries_need_no_more_queries(page, agent, campaign, product, django_assert_max_num_queries):
    for _ in range(20):
        audit.record(agent, "campaign.paused", campaign)
        audit.record(agent, "product.updated", product)
    page.get(PAGE)  # the first page of a session writes down who is there
    with django_assert_max_num_queries(20):
        assert len(page.get(PAGE).context["rows"]) == 41


def test_the_page_is_for_signed_in_members(client, db):
    for answer in (client.get(PAGE), client.get(CSV), client.post(f"{PAGE}1/undo/")):
        assert answer["Location"].startswith("/sign-in/?next=")
    client.force_login(factories.UserFactory.create())
    assert client.get(PAGE).status_code == 403
