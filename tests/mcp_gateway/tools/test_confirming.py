"""A workspace whose acts are confirmed: what an agent sees before real e-mails go to real people."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.services import campaigns
from mcp_gateway import catalogue
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.models import QuotaUse, Workspace
from tests import factories
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.protocol.conftest import Modern
from tests.mcp_gateway.tools.conftest import CSV

ACTS = {tool.name for tool in catalogue.of(OUTREACH).tools if tool.act}


@pytest.fixture(autouse=True)
def _confirming(workspace):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="confirm")


def test_what_starts_sending_is_an_act_and_what_stops_it_never_is():
    assert {"create_campaign", "finalize_campaign_draft", "resume_campaign"} <= ACTS
    assert not ACTS & {"pause_campaign", "pause_all", "add_suppression", "undo_action", "create_campaign_draft", "cancel_job"}
    for tool in catalogue.of(OUTREACH).tools:
        assert ("confirmation_token" in tool.input_schema["properties"]) is tool.act


def test_a_launch_is_shown_first_and_done_as_shown(agent, facts, jobs):
    asked = agent.data("create_campaign", **facts, csv_content=CSV)
    assert asked["status"] == "confirmation_required"
    assert "Leads: 2 accepted" in asked["preview"]
    assert (Campaign.objects.count(), QuotaUse.objects.count(), jobs.names) == (0, 0, [])
    done = agent.data("create_campaign", **facts, csv_content=CSV, confirmation_token=asked["confirmation_token"])
    assert done["status"] == "importing"
    assert (Campaign.objects.count(), QuotaUse.objects.get().used) == (1, 1)


@pytest.mark.parametrize("what", ["product", "sender"])
def test_a_launch_that_would_say_something_else_now_is_not_done(agent, facts, product, workspace, what):
    token = agent.data("create_campaign", **facts, csv_content=CSV)["confirmation_token"]
    if what == "product":
        agent.data("update_product", product_id=product.id, description="Something else")
    else:
        factories.SenderFactory.create(workspace=workspace)
    refusal = agent.refusal("create_campaign", **facts, csv_content=CSV, confirmation_token=token)
    assert refusal.startswith("Error creating the campaign: What this call would do has changed")
    assert Campaign.objects.count() == 0


def test_a_draft_needs_no_word_and_its_launch_does(agent, facts):
    kept = agent.data("create_campaign", **facts, csv_content=CSV, launch=False)
    assert kept["status"] == "draft"
    same = {"campaign_id": kept["campaign_id"], "product_id": facts["product_id"], "persona_id": facts["persona_id"]}
    token = agent.data("finalize_campaign_draft", **same)["confirmation_token"]
    assert agent.data("finalize_campaign_draft", **same, confirmation_token=token)["status"] == "importing"


def test_a_pause_is_never_gated_and_its_end_is(agent, actor, campaign, now):
    assert agent.data("pause_campaign", campaign_id=campaign.id)["status"] == "paused"
    asked = agent.data("resume_campaign", campaign_id=campaign.id)
    assert asked["status"] == "confirmation_required"
    assert Campaign.objects.get(id=campaign.id).status == "paused"
    assert (
        agent.data("resume_campaign", campaign_id=str(campaign.id), confirmation_token=asked["confirmation_token"])["status"] == "scheduled"
    )


def test_a_launch_under_the_approval_policy_keeps_to_the_schema(agent, actor, facts, workspace, now):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="approval")
    assert agent.data("create_campaign", **facts, csv_content=CSV)["status"] == "importing"
    campaign = Campaign.objects.get()
    campaigns.pause(actor=actor, campaign_id=campaign.id, now=now)
    assert agent.data("resume_campaign", campaign_id=campaign.id)["campaign_id"] == campaign.id


def test_a_client_of_the_new_revision_is_asked_with_a_form_and_its_yes_launches(api_key, facts):
    modern = Modern(Rpc({"X-API-Key": api_key.secret}, path="/api/mcp"))
    modern.capabilities = {"elicitation": {"form": {}}}
    call = {"name": "create_campaign", "arguments": {**facts, "csv_content": CSV, "idempotency_key": "one-launch"}}
    asked = modern.result("tools/call", call)
    assert asked["resultType"] == "input_required"
    assert "Leads: 2 accepted" in asked["inputRequests"]["confirm"]["params"]["message"]
    for answer, campaigns_made in (({"action": "decline"}, 0), ({"action": "accept", "content": {"confirm": True}}, 1)):
        answered = {**call, "requestState": asked["requestState"], "inputResponses": {"confirm": answer}}
        result = modern.result("tools/call", answered)
        assert result["isError"] is not bool(campaigns_made)
        assert Campaign.objects.count() == campaigns_made
    again = modern.result("tools/call", call)
    assert again["_meta"]["replayed"] is True


def test_a_client_that_can_only_open_pages_is_given_a_token(api_key, facts):
    modern = Modern(Rpc({"X-API-Key": api_key.secret}, path="/api/mcp"))
    modern.capabilities = {"elicitation": {"url": {}}}
    asked = modern.result("tools/call", {"name": "create_campaign", "arguments": {**facts, "csv_content": CSV}})
    assert asked["structuredContent"]["status"] == "confirmation_required"
    assert asked["structuredContent"]["confirmation_token"]
