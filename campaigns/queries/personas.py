from __future__ import annotations

from campaigns.models import Persona
from campaigns.queries.pages import LIMIT, Page, page_of_workspace
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound


def get_persona(*, actor: Actor, persona_id: int) -> Persona:
    """Return one persona of the actor's workspace."""
    try:
        return Persona.objects.get(id=persona_id, workspace_id=actor.workspace_id)
    except Persona.DoesNotExist:
        raise NotFound("No such persona.", fix="list_personas shows the ids.", persona_id=persona_id) from None


def list_personas(*, actor: Actor, limit: int = LIMIT, cursor: str | None = None) -> Page[Persona]:
    """Return the workspace's personas, the newest first."""
    return page_of_workspace(Persona, workspace_id=actor.workspace_id, limit=limit, cursor=cursor)
