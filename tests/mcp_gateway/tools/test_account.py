"""What a credential may know of itself, and the list of those who get no mail."""

from __future__ import annotations

import pytest

from campaigns.models import Delivery, Suppression
from rocketsdr.accounts.models import Workspace
from tests import factories


def test_whoami_says_whose_workspace_this_is_and_what_the_key_may(agent, workspace):
    result = agent.result("whoami")
    data = result["structuredContent"]
    scopes = ", ".join(data["key"]["scopes"])
    assert result["content"][0]["text"] == (
        f"Workspace: Acme (ID {workspace.id}), time zone UTC\n"
        "Acting for: owner@acme.example, owner\n"
        "Credential: Claude, does not expire\n"
        f"Scopes: {scopes}\n"
        "Policy: the first e-mail of a launch is held for 10 minutes"
    )
    assert data["account"] == {
        "workspace_id": workspace.id,
        "workspace": "Acme",
        "person": "owner@acme.example",
        "role": "owner",
        "timezone": "UTC",
        "has_postal_address": True,
    }
    assert data["policies"] == {"approval_policy": "cooling_off", "hold_minutes": 10, "paused": False}


def test_whoami_says_what_stands_in_the_way(agent, workspace, now):
    Workspace.objects.filter(id=workspace.id).update(approval_policy="approval", paused_at=now, postal_address="")
    assert agent.text("whoami").splitlines()[-3:] == [
        "Policy: a person approves each launch",
        "The workspace is paused: nothing is sent.",
        "The workspace has no postal address, so it cannot launch from a real mailbox.",
    ]


def test_the_quota_says_what_is_used_today(agent):
    agent.data("create_campaign_draft", name="One")
    result = agent.result("get_quota")
    assert result["content"][0]["text"] == (
        "- preview_leads: 0 of 20 used today, resets at 00:00 UTC\n- create_campaign: 1 of 10 used today, resets at 00:00 UTC"
    )
    assert result["structuredContent"]["quotas"][1] == {
        "name": "create_campaign",
        "limit": 10,
        "used": 1,
        "resets_at": "2026-11-18T00:00:00Z",
    }


def test_a_suppression_stops_what_is_planned(agent, enrollment):
    factories.DeliveryFactory.create(enrollment=enrollment)
    result = agent.result("add_suppression", value=" ADA@Customer.example ", reason="manual", note="Asked on the phone")
    assert result["content"][0]["text"] == (
        "ada@customer.example is suppressed (manual): nothing more is sent there. Stopped: 1 planned e-mail."
    )
    entry = Suppression.objects.get()
    assert result["structuredContent"] == {
        "entry": {"id": entry.id, "kind": "email", "value": "ada@customer.example", "reason": "manual"},
        "stopped_messages": 1,
    }
    assert Delivery.objects.get().status == "cancelled"
    again = agent.data("add_suppression", value="ada@customer.example", reason="manual")
    assert (again["entry"]["id"], again["stopped_messages"]) == (entry.id, 0)


def test_a_whole_domain_is_suppressed(agent):
    assert agent.text("add_suppression", value="@Customer.example", reason="complaint") == (
        "customer.example is suppressed (complaint): nothing more is sent there. Stopped: 0 planned e-mails."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"value": "no one"},
            "'no one' is not a domain such as example.com. Give one address (ada@example.com) or one domain (example.com).",
        ),
        ({"value": "a@b@c"}, "'a@b@c' is not an e-mail address. Give one address (ada@example.com) or one domain (example.com)."),
        ({"reason": "asked"}, "reason is \"asked\": send one of 'unsubscribed', 'complaint', 'bounced' or 'manual'."),
        ({"value": ""}, 'value is "": send at least 3 characters.'),
    ],
)
def test_what_is_no_address_is_refused(agent, arguments, sentence):
    assert agent.refusal("add_suppression", **{"value": "ada@example.com", "reason": "manual", **arguments}) == (
        f"Error adding the suppression: {sentence}"
    )
    assert not Suppression.objects.exists()
