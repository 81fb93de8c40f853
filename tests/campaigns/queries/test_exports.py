from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.queries import exports
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.lib.errors import Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(workspace, campaign, enrollment, lead, now):
    """One of everything of ours."""
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    factories.InboundMessageFactory.create(conversation=thread)
    factories.EventFactory.create(campaign=campaign, lead=lead, kind="replied")
    factories.SuppressionFactory.create(workspace=workspace, value="no@customer.example")


def rows(actor, kind, **filters):
    headings = exports.source_of(kind).headings
    return [dict(zip(headings, row, strict=True)) for row in exports.stream(actor=actor, kind=kind, filters=filters)]


@pytest.mark.parametrize("kind", exports.KINDS)
def test_an_export_holds_what_is_ours_and_nothing_of_a_strangers(actor, world, stranger, kind):
    message = factories.InboundMessageFactory.create(conversation=stranger.conversation)
    factories.SuppressionFactory.create(workspace=stranger.workspace)
    factories.EventFactory.create(campaign=stranger.campaign, lead=stranger.lead)
    ours, theirs = rows(actor, kind), rows(stranger.actor, kind)
    assert len(ours) == len(theirs) == 1
    assert exports.select(actor=actor, kind=kind, filters={}).count() == 1
    assert stranger.lead.email not in str(ours)
    assert message.message_id not in str(ours)


@pytest.mark.parametrize("kind", ["leads", "threads", "replies", "events"])
def test_a_strangers_campaign_is_answered_like_a_missing_one(actor, world, stranger, kind):
    answers = set()
    for campaign_id in (stranger.campaign.id, 9_999_999):
        with pytest.raises(NotFound) as refused:
            exports.select(actor=actor, kind=kind, filters={"campaign_id": campaign_id})
        answers.add(refused.value.message)
    assert len(answers) == 1


def test_a_lead_comes_with_its_state_and_whether_it_may_be_written_to(actor, workspace, campaign, enrollment, lead):
    factories.SuppressionFactory.create(workspace=workspace, kind="domain", value="elsewhere.example")
    other = factories.LeadFactory.create(workspace=workspace, email="bob@elsewhere.example", custom={"plan": "gold"})
    factories.LeadFactory.create(workspace=workspace, archived_at=factories.NOW)
    first, second = rows(actor, "leads")
    assert (first["email"], first["campaign_id"], first["status"], first["suppressed"]) == (lead.email, campaign.id, "active", False)
    assert (second["email"], second["campaign_id"], second["status"], second["suppressed"]) == (other.email, None, None, True)
    assert second["custom"] == {"plan": "gold"}


def test_a_campaign_comes_with_its_counters(actor, campaign, enrollment, sender):
    factories.DeliveryFactory.create(enrollment=enrollment, sender=sender, sent=True)
    factories.CampaignFactory.create(workspace=campaign.workspace)
    first, second = rows(actor, "campaigns")
    assert (first["name"], first["leads"], first["sent"], first["replies"]) == (campaign.name, 1, 1, 0)
    assert (second["leads"], second["sent"]) == (0, 0)


def test_filters_narrow_an_export(actor, campaign, enrollment, lead, world, now):
    other = factories.EnrollmentFactory.create(campaign__workspace=campaign.workspace)
    factories.EventFactory.create(campaign=other.campaign, lead=other.lead)
    assert [row["email"] for row in rows(actor, "leads", campaign_id=campaign.id)] == [lead.email]
    assert [row["email"] for row in rows(actor, "leads", query="ADA@")] == [lead.email]
    assert rows(actor, "leads", status="replied") == []
    assert [row["name"] for row in rows(actor, "campaigns", query=campaign.name)] == [campaign.name]
    assert rows(actor, "campaigns", status="draft") == []
    assert rows(actor, "threads", campaign_id=other.campaign.id) == []
    assert len(rows(actor, "threads", unread_only=True, status="new")) == 1
    assert rows(actor, "replies", campaign_id=other.campaign.id) == []
    assert [row["type"] for row in rows(actor, "events", type="replied")] == ["replied"]
    assert len(rows(actor, "events", campaign_id=other.campaign.id)) == 1
    assert len(rows(actor, "suppressions", query="NO@")) == 1
    assert rows(actor, "suppressions", reason="complaint") == []


def test_days_are_days_of_the_workspace_and_the_last_one_is_included(actor, workspace, world):
    workspace.timezone = "Pacific/Auckland"  # our ten o'clock is eleven in the evening there
    workspace.save()
    factories.EventFactory.create(campaign__workspace=workspace, lead__workspace=workspace, at=factories.NOW.replace(hour=11))
    assert len(rows(actor, "events", **{"from": "2026-11-17", "to": "2026-11-17"})) == 1
    assert len(rows(actor, "events", **{"from": "2026-11-17", "to": "2026-11-18"})) == 2
    assert len(rows(actor, "events", to="2026-11-16")) == 0


@pytest.mark.parametrize(
    ("kind", "filters", "field"),
    [
        ("secrets", {}, "kind"),
        ("leads", {"reason": "manual"}, "filters.reason"),
        ("campaigns", {"campaign_id": 1}, "filters.campaign_id"),
        ("leads", {"status": "happy"}, "status"),
        ("campaigns", {"status": "happy"}, "filters.status"),
        ("threads", {"status": "happy"}, "status"),
        ("events", {"type": "happy"}, "filters.type"),
        ("events", {"from": "yesterday"}, "filters.from"),
        ("replies", {"to": "2026-13-01"}, "filters.to"),
        ("suppressions", {"reason": "happy"}, "filters.reason"),
    ],
)
def test_what_cannot_be_exported_so_is_refused_by_name(actor, kind, filters, field):
    with pytest.raises(Invalid) as refused:
        exports.select(actor=actor, kind=kind, filters=filters)
    assert refused.value.field == field
    assert refused.value.fix


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("leads", "leads:read"),
        ("campaigns", "campaigns:read"),
        ("threads", "inbox:read"),
        ("replies", "inbox:read"),
        ("events", "analytics:read"),
        ("events", "leads:read"),
        ("suppressions", "leads:read"),
    ],
)
def test_each_kind_needs_the_scopes_of_what_it_holds(actor, kind, scope):
    exports.require(actor, kind)
    with pytest.raises(MissingScope, match=scope):
        exports.require(replace(actor, scopes=actor.scopes - {scope}), kind)


@pytest.mark.parametrize("kind", exports.KINDS)
def test_more_rows_need_no_more_queries(actor, world, campaign, workspace, kind):
    with CaptureQueriesContext(connection) as few:
        rows(actor, kind)
    for _ in range(5):
        lead = factories.EnrollmentFactory.create(campaign__workspace=workspace).lead
        thread = factories.ConversationFactory.create(campaign__workspace=workspace, lead=lead)
        factories.InboundMessageFactory.create(conversation=thread)
        factories.EventFactory.create(campaign=campaign, lead=lead)
        factories.SuppressionFactory.create(workspace=workspace)
    with CaptureQueriesContext(connection) as more:
        assert len(rows(actor, kind)) > 5
    assert len(more) == len(few)
