from __future__ import annotations

import pytest

from campaigns.queries.saved_audiences import get_audience, list_audiences
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Forbidden, NotFound
from tests import factories


def test_the_newest_audience_comes_first(actor, workspace):
    first, second = factories.AudienceFactory.create_batch(2, workspace=workspace)
    found = list_audiences(actor=actor)
    assert (found.items, found.total) == ([second, first], 2)
    assert get_audience(actor=actor, audience_id=first.id).targeting == {"locations": ["DE"], "seniorities": ["vp"]}


def test_a_strangers_audience_does_not_exist(actor, stranger):
    theirs = factories.AudienceFactory.create(workspace=stranger.workspace)
    assert list_audiences(actor=actor).total == 0
    for audience_id in (theirs.id, 9_999_999):
        with pytest.raises(NotFound, match="No such audience"):
            get_audience(actor=actor, audience_id=audience_id)


def test_a_credential_that_may_see_no_leads_sees_no_audience(workspace):
    audience = factories.AudienceFactory.create(workspace=workspace)
    nobody = Actor(workspace_id=workspace.id, user_id=None, via="mcp", scopes=frozenset({"campaigns:read"}))
    with pytest.raises(Forbidden):
        list_audiences(actor=nobody)
    with pytest.raises(Forbidden):
        get_audience(actor=nobody, audience_id=audience.id)
