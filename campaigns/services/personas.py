from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import Persona
from campaigns.queries import lead_previews
from campaigns.queries.personas import get_persona
from campaigns.rules.targeting.asked import targeting_of
from campaigns.services import assets
from rocketsdr.accounts.actor import Actor

FIELDS = ("name", "title", "description", "pains", "targeting")


@transaction.atomic
def create_persona(
    *,
    actor: Actor,
    name: str,
    title: str = "",
    description: str = "",
    pains: Sequence[str] = (),
    targeting: Mapping[str, object] | None = None,
    now: datetime,
) -> Persona:
    """Store a kind of buyer that campaigns speak to; a targeting that means nothing is refused with every value that is not known."""
    _check(targeting)
    persona = Persona(
        workspace_id=actor.workspace_id,
        name=name,
        title=title,
        description=description,
        pains=list(pains),
        targeting=dict(targeting or {}),
    )
    return assets.store(actor=actor, asset=persona, fields=FIELDS)


@transaction.atomic
def update_persona(*, actor: Actor, persona_id: int, changes: Mapping[str, object], now: datetime) -> Persona:
    """Change some fields of a persona; drafts say the new words, launched campaigns go on with the old ones."""
    persona = get_persona(actor=actor, persona_id=persona_id)
    _check(changes.get("targeting"))
    return assets.change(actor=actor, asset=persona, changes=changes, fields=FIELDS, now=now)


def _check(targeting: object) -> None:
    if isinstance(targeting, Mapping) and targeting:
        lead_previews.check(targeting_of(targeting))
