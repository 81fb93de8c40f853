"""One call of each tool that works, by area; a new tool joins one of these functions, or the tests of every tool fail.

Each function names what it needs of the workspace, in which there is something of everything.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from campaigns.services import adding, campaigns, directories, launching, pausing, products
from rocketsdr.accounts import approvals
from rocketsdr.accounts.models import ApiKey, AuditEvent
from tests import factories
from tests.mcp_gateway.tools.conftest import CSV

Examples = dict[str, dict[str, Any]]


@pytest.fixture
def something_of_everything(actor, person, api_key, facts, campaign, enrollment, lead, draft, now) -> dict[str, Any]:
    """What the examples are about, by the names by which they ask for it."""
    factories.DeliveryFactory.create(enrollment=enrollment)
    thread = factories.ConversationFactory.create(campaign=campaign, lead=lead)
    factories.InboundMessageFactory.create(conversation=thread)
    products.update_product(actor=actor, product_id=facts["product_id"], changes={"description": "Other words"}, now=now)
    done = AuditEvent.objects.get(action="product.updated")
    paused = factories.CampaignFactory.create(workspace=campaign.workspace, running=True)
    campaigns.pause(actor=actor, campaign_id=paused.id, now=now)
    scheduled = {"status": "scheduled", "approved_digest": ""}
    waiting = factories.CampaignFactory.create(workspace=campaign.workspace, running=True, **scheduled)
    asks = partial(approvals.file, actor=person, kind=launching.KIND, text="Send it.", now=now)
    approval = asks(subject_id=waiting.id, digest=waiting.launch_digest)
    ApiKey.objects.filter(id=api_key.key.id).update(may_approve=True)
    pausing.pause_all(actor=person, reason="Something is wrong", now=now)
    empty = factories.CampaignFactory.create(workspace=campaign.workspace)
    added = adding.add(actor=actor, campaign_id=empty.id, leads=[{"email": "new@customer.example"}], overwrite=True, now=now)
    pair = {"product_id": facts["product_id"], "persona_id": facts["persona_id"]}
    directories.make_up(directory=directories.get_or_open(name="Shared", workspace_id=None, now=now), number=30, seed="a", now=now)
    return {
        "workspace": campaign.workspace,
        "campaign": campaign,
        "draft": draft,
        "paused": paused,
        "lead": lead,
        "added": added,
        "thread": thread,
        "done": done,
        "approval": approval,
        "facts": facts,
        "pair": pair,
    }


@pytest.fixture
def examples(something_of_everything) -> Examples:
    """One call of each tool that works."""
    areas = (of_assets, of_leads, of_campaigns, of_inbox, of_oversight)
    return {name: arguments for area in areas for name, arguments in area(**something_of_everything).items()}


def of_assets(*, facts, **_: Any) -> Examples:
    """What is sold, to whom, and from where."""
    return {
        "list_products": {},
        "list_personas": {},
        "list_senders": {"type": "email"},
        "create_product": {"name": "Suite", "url": "https://suite.example", "value_props": ["Fast"]},
        "update_product": {"product_id": facts["product_id"], "description": "New words"},
        "create_persona": {"name": "CTO", "pains": ["Slow"], "targeting": {"titles": ["CTO"]}},
        "update_persona": {"persona_id": facts["persona_id"], "title": "CTO"},
    }


def of_leads(*, campaign, draft, lead, added, **_: Any) -> Examples:
    """Who is found, checked, taken, barred and exported."""
    return {
        "search_targeting": {"query": "vp", "type": "seniority", "limit": 3},
        "preview_leads": {"targeting": {"seniorities": ["vp", "head"], "exclude": {"locations": ["FR"]}}, "max_leads": 10, "seed": "a"},
        "add_leads": {"campaign_id": draft.id, "leads": [{"email": "ada@new.example", "title": "CTO"}, {"email": "nobody"}]},
        "get_csv_upload_url": {"filename": "leads.csv"},
        "list_leads": {"campaign_id": campaign.id, "status": "active", "query": "ada"},
        "verify_emails": {"emails": ["ada@customer.example", "info@customer.example", "nobody"], "limit": 2},
        "screen_leads": {"emails": ["ada@gmail.com", "nobody"], "campaign_id": campaign.id},
        "check_contact": {"email": lead.email},
        "add_suppression": {"value": "ada@customer.example", "reason": "manual", "note": "Asked"},
        "revert_import": {"import_id": added.lead_import.id},
        "export_data": {"kind": "leads", "format": "csv", "filters": {"campaign_id": campaign.id, "status": "active"}},
    }


def of_campaigns(*, campaign, draft, paused, facts, pair, **_: Any) -> Examples:
    """A campaign from its draft to its figures."""
    return {
        "preview_email": {"lead": {"email": "ada@example.com"}, **pair, "campaign_id": campaign.id, "step": 1},
        "create_campaign": {**facts, "csv_content": CSV, "csv_filename": "leads.csv", "sender_ids": [campaign.senders.get().id]},
        "create_campaign_draft": {**facts, "csv_content": CSV},
        "finalize_campaign_draft": {"campaign_id": draft.id, **pair, "csv_content": CSV},
        "list_campaigns": {"status": "running", "query": "CSV"},
        "get_campaign": {"campaign_id": campaign.id},
        "get_campaign_analytics": {"campaign_id": campaign.id, "from": "2026-11-01", "to": "2026-11-30", "group_by": "sender"},
        "pause_campaign": {"campaign_id": campaign.id, "reason": "Wrong list"},
        "resume_campaign": {"campaign_id": paused.id},
    }


def of_inbox(*, campaign, thread, **_: Any) -> Examples:
    """What has been answered."""
    return {
        "get_inbox": {"campaign_id": campaign.id, "status": "new"},
        "get_thread": {"thread_id": thread.id},
    }


def of_oversight(*, workspace, done, approval, **_: Any) -> Examples:
    """What is watched, stopped, approved and taken back."""
    return {
        "undo_action": {"audit_id": done.id},
        "get_job": {"job_id": factories.JobFactory.create(workspace=workspace).id},
        "cancel_job": {"job_id": factories.JobFactory.create(workspace=workspace).id},
        "pause_all": {"reason": "Something else is wrong"},
        "resume_all": {},
        "list_approvals": {"status": "pending"},
        "get_approval": {"approval_id": approval.id},
        "resolve_approval": {"approval_id": approval.id, "decision": "reject", "digest": approval.digest, "note": "Not now"},
        "get_audit_log": {"entity": "product", "from": "2026-11-01"},
        "get_quota": {},
        "whoami": {},
    }
