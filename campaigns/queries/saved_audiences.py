"""The audiences that a workspace has saved under a name."""

from __future__ import annotations

from campaigns.models import Audience
from campaigns.queries.pages import LIMIT, Page, page_of_workspace
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound


def get_audience(*, actor: Actor, audience_id: int) -> Audience:
    """Return one saved audience of the actor's workspace."""
    actor.require("leads:read")
    try:
        return Audience.objects.get(id=audience_id, workspace_id=actor.workspace_id)
    except Audience.DoesNotExist:
        raise NotFound("No such audience.", audience_id=audience_id) from None


def list_audiences(*, actor: Actor, limit: int = LIMIT, cursor: str | None = None) -> Page[Audience]:
    """Return the workspace's saved audiences, the newest first."""
    actor.require("leads:read")
    return page_of_workspace(Audience, workspace_id=actor.workspace_id, limit=limit, cursor=cursor)
