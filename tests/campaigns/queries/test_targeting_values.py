from __future__ import annotations

import pytest

from campaigns.queries.targeting_values import search_targeting
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden


def test_whoever_may_see_leads_searches(viewer: Actor):
    (match, *_) = search_targeting(actor=viewer, query="Berlin", kind="location")
    assert (match.value, match.label, match.type) == ("DE-BE", "Berlin, Germany", "location")


def test_a_credential_that_may_see_no_leads_does_not(workspace):
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        search_targeting(actor=nobody, query="Berlin", kind="location")
