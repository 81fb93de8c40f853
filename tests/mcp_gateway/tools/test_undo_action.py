"""undo_action: an agent takes back what it did, and is told what it cannot take back."""

from __future__ import annotations

from campaigns.models import Campaign, Product
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.accounts.services import issue_api_key
from tests.mcp_gateway.conftest import Rpc
from tests.mcp_gateway.tools.conftest import CSV, Agent


def test_a_launch_is_undone_by_the_audit_id_of_its_answer(agent, facts):
    made = agent.result("create_campaign", **facts, csv_content=CSV)
    result = agent.result("undo_action", audit_id=made["_meta"]["audit_id"])
    campaign = Campaign.objects.get(id=made["structuredContent"]["campaign_id"])
    assert campaign.status == "paused"
    assert result["content"][0]["text"] == (
        f"Undone: The campaign {campaign.id} is paused: 0 planned e-mails are held back until resume_campaign. Nothing had left."
    )
    assert result["_meta"]["audit_id"] == AuditEvent.objects.get(action="action.undone").id


def test_an_undo_says_why_it_does_nothing(agent, campaign):
    paused = agent.result("pause_campaign", campaign_id=campaign.id)["_meta"]["audit_id"]
    assert agent.data("undo_action", audit_id=str(paused)) == {
        "undone": [],
        "not_undoable": [
            {
                "what": f"campaign.paused (campaign {campaign.id})",
                "why": "Undoing never lifts a pause: use resume_campaign, which the approval policy meets.",
            }
        ],
    }


def test_an_undo_is_rehearsed_without_a_trace(agent):
    made = agent.result("create_product", name="Suite")["_meta"]["audit_id"]
    assert agent.text("undo_action", audit_id=made, dry_run=True).startswith("Dry run: nothing was changed.\n\nUndone: The product")
    assert Product.objects.count() == 1
    assert agent.data("undo_action", audit_id=made)["undone"]
    assert Product.objects.count() == 0


def test_a_change_is_undone_and_its_undoing_is_no_change_twice(agent, product):
    changed = agent.result("update_product", product_id=product.id, description="New words")["_meta"]["audit_id"]
    assert agent.data("undo_action", audit_id=changed)["undone"]
    product.refresh_from_db()
    assert product.description == "Self-serve product analytics for B2B teams"
    again = agent.data("undo_action", audit_id=changed)
    assert again["undone"] == []
    assert again["not_undoable"][0]["why"].startswith("It was undone already")


def test_a_credential_that_only_reads_undoes_nothing(agent, person, now):
    made = agent.result("create_product", name="Suite")["_meta"]["audit_id"]
    key = issue_api_key(actor=person, name="Reader", scopes=frozenset({"campaigns:read", "oversight:read"}), now=now)
    reader = Agent(Rpc({"X-API-Key": key.secret}, path="/api/mcp"))
    assert "campaigns:write" in reader.refusal("undo_action", audit_id=made)
    assert Product.objects.count() == 1
