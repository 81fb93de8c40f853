import pytest

from rocketsdr.accounts.actor import (
    ALL_SCOPES,
    NO_CAPS,
    POLICIES,
    READ_SCOPES,
    SCOPES_OF_ROLE,
    Actor,
    Caps,
    MissingScope,
    job_actor,
    stricter,
)
from rocketsdr.accounts.models.workspace import ApprovalPolicy, Role


def test_a_missing_scope_is_named_with_what_it_means():
    actor = Actor(workspace_id=1, user_id=1, via="mcp", scopes=READ_SCOPES)
    actor.require("leads:read")
    with pytest.raises(MissingScope, match=r"lacks the scope campaigns:send \(launch campaigns") as caught:
        actor.require("campaigns:send")
    assert caught.value.context == {"scope": "campaigns:send"}
    assert "campaigns:send" in caught.value.fix


def test_every_role_has_scopes_and_a_greater_one_never_has_fewer():
    assert set(SCOPES_OF_ROLE) == set(Role.values)
    assert SCOPES_OF_ROLE["viewer"] < SCOPES_OF_ROLE["member"] < SCOPES_OF_ROLE["admin"] <= SCOPES_OF_ROLE["owner"] == ALL_SCOPES


def test_a_viewer_changes_nothing():
    assert all(scope.endswith(":read") for scope in SCOPES_OF_ROLE["viewer"])


def test_a_member_neither_manages_the_workspace_nor_decides_approvals():
    assert ALL_SCOPES - SCOPES_OF_ROLE["member"] == {"admin", "oversight:write"}


def test_the_platform_itself_is_nobody():
    actor = job_actor(7)
    assert (actor.workspace_id, actor.user_id, actor.via, actor.credential) == (7, None, "job", "")


def test_two_credentials_together_may_what_both_allow():
    first = Actor(1, 1, "mcp", ALL_SCOPES, "key:1", toolset="full", policy="confirm", may_approve=True, caps=Caps(calls=5, sends=9))
    second = Actor(1, 1, "mcp", READ_SCOPES, "key:2", policy="cooling_off", caps=Caps(calls=7, leads=3))
    for both in (first.joined(second), second.joined(first)):
        assert (both.scopes, both.toolset, both.policy, both.may_approve) == (READ_SCOPES, "core", "confirm", False)
        assert both.caps == Caps(calls=5, leads=3, sends=9)
        assert sorted(both.credentials) == ["key:1", "key:2"]
    assert job_actor(1).credentials == []


def test_no_cap_is_no_limit():
    assert NO_CAPS & Caps(calls=1) == Caps(calls=1)
    assert NO_CAPS & NO_CAPS == NO_CAPS


def test_the_policies_have_an_order_and_the_stricter_one_holds():
    assert POLICIES[1:] == tuple(ApprovalPolicy.values)
    assert stricter("", "cooling_off") == "cooling_off"
    assert stricter("approval", "confirm", "") == "approval"
    assert stricter("", "") == ""
