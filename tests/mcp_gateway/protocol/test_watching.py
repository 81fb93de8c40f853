"""A watch tells of what has changed since it last looked, and of nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from campaigns.models import Campaign
from mcp_gateway.protocol import Watch
from mcp_gateway.surfaces import OUTREACH
from rocketsdr.accounts.actor import READ_SCOPES


def told(watch, actor):
    return [json.loads(message) for message in watch.look(actor)]


@pytest.fixture
def watch(campaign):
    uris = (f"outreach://campaigns/{campaign.id}", "outreach://campaigns/99999")
    lists = frozenset({"tools", "prompts", "resources"})
    return Watch(surface=OUTREACH, version="2026-07-28", lists=lists, uris=lambda: uris, meta={"id": 4})


def test_the_first_look_tells_nothing_and_neither_does_one_without_a_change(watch, actor):
    assert [told(watch, actor) for _ in range(3)] == [[], [], []]


def test_a_resource_that_changes_is_told_by_its_uri(watch, actor, campaign):
    told(watch, actor)
    Campaign.objects.filter(id=campaign.id).update(name="New")
    assert told(watch, actor) == [
        {
            "jsonrpc": "2.0",
            "method": "notifications/resources/updated",
            "params": {"uri": f"outreach://campaigns/{campaign.id}", "_meta": {"id": 4}},
        }
    ]


def test_a_credential_that_may_less_than_before_learns_that_its_lists_have_changed(watch, actor):
    told(watch, actor)
    said = [message["method"] for message in told(watch, replace(actor, scopes=READ_SCOPES))]
    assert "notifications/tools/list_changed" in said


def test_a_list_that_nobody_asked_for_is_not_told(watch, actor):
    watch.lists = frozenset({"prompts"})
    told(watch, actor)
    assert "notifications/tools/list_changed" not in [each["method"] for each in told(watch, replace(actor, scopes=READ_SCOPES))]
