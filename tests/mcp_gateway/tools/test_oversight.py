"""What an agent sees of approvals, pauses, its own limits and the log, and what it is kept from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Campaign
from rocketsdr.accounts import pausing
from rocketsdr.accounts.actor import ALL_SCOPES, Caps
from rocketsdr.accounts.models import ApiKey, Approval, AuditEvent, Workspace
from rocketsdr.accounts.services import KeyRules, issue_api_key
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.tools.conftest import CSV, Agent


@pytest.fixture
def another(person, now):
    """Make a second agent with a key of its own."""

    def make(scopes=ALL_SCOPES, **rules):
        issued = issue_api_key(actor=person, name="Second", scopes=scopes, rules=KeyRules(**rules), now=now)
        return Agent(Rpc({"X-API-Key": issued.secret}, path="/api/mcp"))

    return make


@pytest.fixture
def pending(agent, facts, work):
    """A launch that waits for an approval."""
    Workspace.objects.update(approval_policy="approval")
    made = agent.data("create_campaign", **facts, csv_content=CSV)
    work(made["campaign_id"])
    return Approval.objects.get(status="pending")


def decide(agent, approval, *, decision="approve", **how):
    return agent.result("resolve_approval", approval_id=approval.id, decision=decision, **{"digest": approval.digest, **how})


# --- Approvals ---------------------------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_the_approval_all_of_it(agent, pending):
    listed = agent.result("list_approvals", status="pending")
    (item,) = listed["structuredContent"]["approvals"]
    assert (item["id"], item["kind"], item["status"], item["digest"]) == (pending.id, "campaigns.launch", "pending", pending.digest)
    assert item["text"] == pending.text
    assert listed["content"][0]["text"].startswith(f"- **ID: {pending.id}** - campaigns.launch (pending)\n  Send the 3-step campaign")
    full = agent.result("get_approval", approval_id=str(pending.id))
    (item,) = full["structuredContent"]["approvals"]
    assert (item["population_size"], [each["email"] for each in item["population"]]) == (2, ["ada@example.com", "grace@example.com"])
    assert "To: Ada Lovelace <ada@example.com>" in item["text"]
    text = full["content"][0]["text"]
    assert f"Digest: {pending.digest}\nReaches 2 leads, among them:\n- Ada Lovelace | Analytical Engine | ada@example.com\n" in text
    assert text.endswith(item["text"])


def test_an_agent_approves_nothing_unless_an_owner_lets_it(agent, another, pending):
    for asker in (agent, another()):
        refused = decide(asker, pending)
        assert refused["structuredContent"]["code"] == "only_people_approve"
        assert refused["content"][0]["text"].startswith("Error deciding the approval: An approval is decided by a signed-in person.")
    ApiKey.objects.update(may_approve=True)
    own = decide(agent, pending)
    assert (own["structuredContent"]["code"], "asked for itself" in own["content"][0]["text"]) == ("only_people_approve", True)
    assert Campaign.objects.get().approved_digest == ""


def test_an_agent_that_may_approve_lets_another_ones_launch_go(another, pending, work, now):
    approver = another(may_approve=True)
    assert decide(approver, pending, digest="0" * 64)["structuredContent"]["code"] == "approval_outdated"
    done = decide(approver, pending, note="Read it")
    assert done["structuredContent"] == {"approval_id": pending.id, "status": "approved", "effect": pending.text}
    assert work(Campaign.objects.get().id, now + timedelta(minutes=1)).status == "running"
    assert decide(approver, pending)["structuredContent"]["code"] == "approval_not_decidable"


def test_a_rejected_launch_is_paused(another, pending):
    done = decide(another(may_approve=True), pending, decision="reject", note="Wrong words")
    assert done["content"][0]["text"] == f"Approval {pending.id} is rejected. Nothing happens."
    assert Campaign.objects.get().status == "paused"


def test_a_strict_credential_waits_for_approval_in_a_lax_workspace(another, facts, work):
    made = another(policy="approval").data("create_campaign", **facts, csv_content=CSV)
    campaign = work(made["campaign_id"])
    assert (campaign.status, campaign.approved_digest, Approval.objects.get().status) == ("scheduled", "", "pending")


# --- The kill switch ---------------------------------------------------------------------------------------------------------------


def test_any_credential_stops_everything_even_one_that_only_reads(another, workspace, campaign):
    for rules in ({"read_only": True}, {"caps": Caps(calls=1)}):
        Workspace.objects.update(paused_at=None)
        agent = another(scopes=frozenset({"leads:read"}), **rules)
        agent.result("list_leads")
        if "caps" in rules:
            assert "quota" in agent.refusal("list_leads")
        assert agent.data("pause_all", reason="Wrong list") == {"paused": {"campaigns": 1, "senders": 1, "queued": 0}}
        workspace.refresh_from_db()
        assert (workspace.paused_at is not None, workspace.pause_reason) == (True, "Wrong list")


def test_pausing_twice_says_the_same(agent, campaign):
    first, second = (agent.text("pause_all") for _ in range(2))
    assert first == second
    assert AuditEvent.objects.filter(action="workspace.paused").count() == 1


def test_an_agent_asks_people_to_lift_the_pause_and_cannot_do_it_itself(agent, another, person, workspace, now):
    assert agent.result("resume_all")["structuredContent"]["code"] == "workspace_not_paused"
    agent.text("pause_all")
    asked = agent.data("resume_all")
    wish = Approval.objects.get()
    assert asked == {"approval_id": wish.id, "status": "pending_approval"}
    assert decide(another(may_approve=True), wish)["structuredContent"]["code"] == "only_people_approve"
    workspace.refresh_from_db()
    assert workspace.paused_at is not None
    pausing.lift(actor=person, now=now)
    workspace.refresh_from_db()
    assert workspace.paused_at is None


# --- Limits of a credential --------------------------------------------------------------------------------------------------------


def test_whoami_and_the_quota_say_what_the_credential_may(another):
    agent = another(toolset="full", policy="confirm", may_approve=True, caps=Caps(campaigns=1, leads=9))
    key = agent.data("whoami")["key"]
    assert (key["name"], key["toolset"], key["policy"], key["may_approve"]) == ("Second", "full", "confirm", True)
    assert key["caps"] == {"calls": None, "campaigns": 1, "leads": 9, "sends": None}
    assert "Limits of this credential a day: campaigns 1, leads 9\nPolicy: each act is confirmed first, then " in agent.text("whoami")
    agent.data("create_campaign_draft", name="One", csv_content=CSV)
    caps = {cap["name"]: (cap["used"], cap["limit"]) for cap in agent.data("get_quota")["caps"]}
    assert caps == {"campaigns": (1, 1), "leads": (2, 9)}
    assert "Of this credential alone:\n- campaigns: 1 of 1 used today, resets at 00:00 UTC" in agent.text("get_quota")
    refused = agent.result("create_campaign_draft", name="Two")
    assert refused["content"][0]["text"] == (
        "Error creating the draft: daily quota of this credential for campaigns exhausted (1/1). Resets at 00:00 UTC."
    )


def test_a_file_with_more_leads_than_the_cap_leaves_is_refused_whole(another):
    agent = another(caps=Caps(leads=3))
    agent.data("create_campaign_draft", name="One", csv_content=CSV)
    assert agent.refusal("create_campaign_draft", name="Two", csv_content=CSV) == (
        "Error creating the draft: daily quota of this credential for leads leaves 1, not 2 (2/3). Resets at 00:00 UTC."
    )
    assert Campaign.objects.count() == 1
    quotas = {quota["name"]: quota["used"] for quota in agent.data("get_quota")["quotas"]}
    assert quotas["create_campaign"] == 1, "a refused call gives back what it took"


def test_calls_have_a_cap_and_looking_at_it_is_free(another):
    agent = another(caps=Caps(calls=2))
    for _ in range(2):
        agent.text("list_products")
    assert agent.refusal("list_products") == (
        "Error listing products: daily quota of this credential for calls exhausted (2/2). Resets at 00:00 UTC."
    )
    assert "- calls: 2 of 2 used today" in agent.text("get_quota")


def test_a_read_only_key_writes_nothing(another):
    agent = another(read_only=True)
    assert "lacks the scope campaigns:write" in agent.refusal("create_product", name="Suite")
    assert agent.data("list_products")["total"] == 0


# --- The log -----------------------------------------------------------------------------------------------------------------------


def test_the_log_says_which_call_of_which_client_did_what_until_when_it_can_be_undone(agent, api_key):
    made = agent.data("create_product", name="Suite")["product"]
    agent.text("update_product", product_id=made["id"], name="Other")
    shown = agent.data("get_audit_log", entity=f"product:{made['id']}")
    updated, created = shown["entries"]
    assert (created["tool"], updated["tool"]) == ("create_product", "update_product")
    assert {entry["actor"] for entry in shown["entries"]} == {api_key.key.credential}
    assert updated["prev_hash"] == created["hash"]
    assert updated["effects"][0]["action"] == "product.updated"
    assert len(created["args_digest"]) == 64
    assert updated["undo_until"] is not None
    agent.text("undo_action", audit_id=updated["id"])
    (again,) = (entry for entry in agent.data("get_audit_log", tool="update_product")["entries"])
    assert again["undo_until"] is None


def test_the_log_is_in_pages_and_refuses_what_it_does_not_know(agent):
    for number in range(3):
        agent.text("create_product", name=f"Suite {number}")
    first = agent.data("get_audit_log", tool="create_product", limit=2)
    rest = agent.data("get_audit_log", tool="create_product", limit=2, cursor=first["next_cursor"])
    assert [len(page["entries"]) for page in (first, rest)] == [2, 1]
    assert agent.refusal("get_audit_log", actor="somebody").startswith("Error reading the audit log: 'somebody' is no actor.")
    assert "no entity" in agent.refusal("get_audit_log", entity="product:x")
    assert agent.text("get_audit_log", to="2026-01-01") == "Nothing found."
