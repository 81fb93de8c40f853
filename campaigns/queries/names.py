"""What people call things, for lists that know them by kind and id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model

from campaigns.models import Audience, Campaign, Persona, Product, Sender
from rocketsdr.accounts.actor import Actor

NAMED: dict[str, tuple[type[Model], str]] = {
    "audience": (Audience, "name"),
    "campaign": (Campaign, "name"),
    "persona": (Persona, "name"),
    "product": (Product, "name"),
    "sender": (Sender, "email"),
}


def names_of(*, actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[tuple[str, int], str]:
    """Return the names of those of these things, given by kind, that the actor's workspace has; one statement for each kind."""
    found: dict[tuple[str, int], str] = {}
    for kind, (model, field) in NAMED.items():
        if wanted := ids.get(kind):
            rows: Any = model._default_manager.filter(workspace_id=actor.workspace_id, id__in=wanted)
            found |= {(kind, row_id): name for row_id, name in rows.values_list("id", field)}
    return found
