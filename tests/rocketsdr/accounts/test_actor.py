import pytest

from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, SCOPES_OF_ROLE, Actor, MissingScope, job_actor
from rocketsdr.accounts.models.workspace import Role


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
