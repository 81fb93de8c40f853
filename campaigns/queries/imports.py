"""Imports of leads: what came with each."""

from __future__ import annotations

from campaigns.models import LeadImport
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound


def get_import(*, actor: Actor, import_id: int) -> LeadImport:
    """Return one import of the actor's workspace, without its file."""
    try:
        return LeadImport.objects.defer("content").get(id=import_id, workspace_id=actor.workspace_id)
    except LeadImport.DoesNotExist:
        raise NotFound("No such import.", fix="get_campaign shows the imports of a campaign.", import_id=import_id) from None
